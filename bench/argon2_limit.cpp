// How many passwords the machine hashes a second with the parameters of the plugin auth, on so many
// threads: what bounds sign-ups and sign-ins.
#include <benchmark/benchmark.h>
#include <sodium.h>

#include "passwords/password_hasher.h"

namespace {

void hash(benchmark::State& state) {
    const kitchen::auth::Argon2Cost cost;
    char phc[crypto_pwhash_STRBYTES];
    for (auto _ : state)
        if (crypto_pwhash_str_alg(
                phc, "jollof-is-life", 14, static_cast<unsigned long long>(cost.passes),
                static_cast<std::size_t>(cost.memory.count), crypto_pwhash_ALG_ARGON2ID13) != 0)
            state.SkipWithError("no memory");
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hash)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace

int main(int count, char** arguments) {
    if (sodium_init() < 0) return 1;
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
