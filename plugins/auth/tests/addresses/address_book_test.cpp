// The address book on every store.
#include "addresses/address_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "each_store.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "migrations.gen.h"

namespace kitchen::auth {
namespace {

using testing::ElementsAre;

template <class T>
std::string refusal(const Result<T>& result) {
    return result ? "none" : result.error().code;
}

Address at(const std::string& line1, bool is_default = false) {
    Address address;
    address.line1 = line1;
    address.city = "Ikeja";
    address.state = "Lagos";
    address.is_default = is_default;
    return address;
}

class AddressBookTest : public testing::TestWithParam<tests::StoreKind> {
protected:
    AddressBookTest() {
        testkit::apply_migrations(*store, "auth", kitchen_migrations);
        users = std::make_unique<UserRepository>(*store);
        addresses = std::make_unique<AddressRepository>(*store);
        book = std::make_unique<AddressBook>(
            AddressBook::Dependencies{*store, *users, *addresses, phones, clock},
            AddressBookSettings{.max = 5, .country = "NG"});
        store->verify().value();
        ada = new_user("1"), eve = new_user("2");
    }
    std::int64_t new_user(const std::string& name) {
        return store
            ->transact<User>([&](Transaction& tx) {
                return users->insert(tx, {.email = name + "@example.com",
                                          .phone_number = name,
                                          .password_hash = "x",
                                          .role = "customer",
                                          .referral_code = name,
                                          .referred_by_code = "",
                                          .created_at = 1});
            })
            .value()
            .id;
    }
    SavedAddress add(const std::string& line1, bool is_default = false) {
        return book->add(ada, at(line1, is_default)).value();
    }
    Result<SavedAddress> make_default(std::int64_t id) {
        return book->change(
            ada, id, [](Address& a) { a.is_default = true; }, any_version);
    }
    /// line1 of Ada's addresses in the order of the list, "*" before a default.
    std::vector<std::string> listed() {
        std::vector<std::string> lines;
        const AddressPage page = book->list(ada, 100, 0).value();
        for (const SavedAddress& address : page.addresses)
            lines.push_back((address.is_default ? "*" : "") + address.line1);
        return lines;
    }

    const PhoneNumbers phones;
    testkit::ManualClock clock;
    std::shared_ptr<Store> store = GetParam().make();
    std::unique_ptr<UserRepository> users;
    std::unique_ptr<AddressRepository> addresses;
    std::unique_ptr<AddressBook> book;
    std::int64_t ada = 0, eve = 0;
};

TEST_P(AddressBookTest, KeepsWhatItIsGiven) {
    Address wanted = at(" 12 Allen Avenue ");
    wanted.label = "Home", wanted.recipient_name = "Ada Obi", wanted.line2 = "Flat 3",
    wanted.postal_code = "100281", wanted.country = "gh";
    wanted.landmark = "opposite the blue mosque", wanted.delivery_instructions = "Ring\ntwice",
    wanted.phone = "024 123 4567";
    wanted.latitude = 6.601838, wanted.longitude = -0.1;
    const SavedAddress added = book->add(ada, wanted).value();
    EXPECT_GT(added.id, 0);
    EXPECT_EQ(added.line1, "12 Allen Avenue");
    EXPECT_EQ(added.country, "GH");
    EXPECT_EQ(added.phone, "+233241234567");
    EXPECT_EQ(added.latitude, 6.601838);
    EXPECT_EQ(added.longitude, -0.1);
    EXPECT_EQ(added.version, 1);
    EXPECT_EQ(added.created_at, to_millis(clock.now()));
    EXPECT_EQ(added.updated_at, added.created_at);
    const SavedAddress read = book->read(ada, added.id).value();
    EXPECT_EQ(static_cast<const Address&>(read), static_cast<const Address&>(added));
    wanted.id = added.id, wanted.line1 = "12 Allen Avenue", wanted.country = "GH",
    wanted.phone = added.phone, wanted.is_default = true;
    EXPECT_EQ(static_cast<const Address&>(read), wanted);
    EXPECT_EQ(add("plain").country, "NG");
}

TEST_P(AddressBookTest, ChangesWhatDiffers) {
    const SavedAddress home = add("home");
    clock.advance(std::chrono::seconds(1));
    const auto nothing = book->change(
                                 ada, home.id, [](Address& a) { a.line1 = " home "; }, any_version)
                             .value();
    EXPECT_EQ(nothing.version, 1);
    EXPECT_EQ(nothing.updated_at, home.updated_at);
    const auto moved =
        book->change(
                ada, home.id,
                [](Address& a) { a.line1 = "new home", a.latitude = 1, a.longitude = 2; },
                any_version)
            .value();
    EXPECT_EQ(moved.version, 2);
    EXPECT_EQ(moved.updated_at, home.updated_at + 1000);
    EXPECT_EQ(moved.created_at, home.created_at);
    EXPECT_EQ(moved.line1, "new home");
    EXPECT_EQ(moved.city, "Ikeja");
    EXPECT_EQ(book->change(
                      ada, home.id, [](Address& a) { a.latitude.reset(), a.longitude.reset(); },
                      any_version)
                  .value()
                  .latitude,
              std::nullopt);

    const auto wrong = book->change(
        ada, home.id, [](Address& a) { a.city = "", a.phone = "x"; }, any_version);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().faults.size(), 2u);
    const auto stale = [](std::int64_t version) {
        return version == 3 ? Status(Error(Errc::precondition_failed, "stale", "Stale."))
                            : Status();
    };
    EXPECT_EQ(refusal(book->change(
                  ada, home.id, [](Address& a) { a.line1 = "x"; }, stale)),
              "stale");
    EXPECT_EQ(refusal(book->remove(ada, home.id, stale)), "stale");
    EXPECT_THAT(listed(), ElementsAre("*new home"));
}

TEST_P(AddressBookTest, OneIsTheDefault) {
    const SavedAddress a = add("a"), b = add("b"), c = add("c", true);
    EXPECT_TRUE(a.is_default);
    EXPECT_FALSE(b.is_default);
    EXPECT_THAT(listed(), ElementsAre("*c", "a", "b"));
    EXPECT_EQ(book->read(ada, a.id).value().version, 2) << "what is_default says has changed";
    EXPECT_TRUE(make_default(b.id).value().is_default);
    EXPECT_THAT(listed(), ElementsAre("*b", "a", "c"));
    EXPECT_EQ(make_default(b.id).value().version, 2) << "it was the default already";
    const auto none = book->change(
        ada, b.id, [](Address& address) { address.is_default = false; }, any_version);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().faults.at(0).pointer + " " + none.error().faults.at(0).code,
              "/is_default default_needed");

    book->remove(ada, a.id, any_version).value();
    EXPECT_THAT(listed(), ElementsAre("*b", "c"));
    const SavedAddress d = add("d");
    book->remove(ada, b.id, any_version).value();
    EXPECT_THAT(listed(), ElementsAre("*c", "d"));
    EXPECT_EQ(book->read(ada, c.id).value().version, 3);
    book->remove(ada, d.id, any_version).value();
    book->remove(ada, c.id, any_version).value();
    EXPECT_THAT(listed(), ElementsAre());
    EXPECT_TRUE(add("e").is_default);
}

TEST_P(AddressBookTest, OthersAddressesAreNotThere) {
    const SavedAddress hers = add("hers");
    const SavedAddress eves = book->add(eve, at("eves")).value();
    EXPECT_TRUE(eves.is_default);
    for (const std::int64_t id : {hers.id, std::int64_t{999'999}}) {
        EXPECT_EQ(refusal(book->read(eve, id)), "address_not_found");
        EXPECT_EQ(refusal(book->remove(eve, id, any_version)), "address_not_found");
        EXPECT_EQ(
            refusal(book->change(
                eve, id, [](Address& a) { a.line1 = "mine", a.is_default = true; }, any_version)),
            "address_not_found");
    }
    EXPECT_THAT(listed(), ElementsAre("*hers"));
    EXPECT_EQ(book->list(eve, 100, 0).value().total, 1);
    EXPECT_EQ(refusal(book->add(999'999, at("nowhere"))), "user_not_found");

    AddressLookup lookup(*addresses);
    const auto look = [&](auto call) {
        return store->read<std::optional<Address>>([&](Transaction& tx) { return call(tx); })
            .value();
    };
    EXPECT_EQ(look([&](Transaction& tx) { return lookup.address(tx, ada, hers.id); })->line1,
              "hers");
    EXPECT_FALSE(look([&](Transaction& tx) { return lookup.address(tx, eve, hers.id); }));
    EXPECT_EQ(look([&](Transaction& tx) { return lookup.default_address(tx, eve); })->id, eves.id);
    EXPECT_FALSE(look([&](Transaction& tx) { return lookup.default_address(tx, 999'999); }));
}

TEST_P(AddressBookTest, HoldsSoManyAndNoMore) {
    for (int i = 0; i < 5; ++i) add(std::to_string(i));
    EXPECT_EQ(refusal(book->add(ada, at("six"))), "address_book_full");
    EXPECT_TRUE(book->add(eve, at("another book")));
    const AddressPage page = book->list(ada, 2, 3).value();
    EXPECT_EQ(page.total, 5);
    ASSERT_EQ(page.addresses.size(), 2u);
    EXPECT_EQ(page.addresses[0].line1, "3");
    EXPECT_EQ(page.addresses[1].line1, "4");
    EXPECT_TRUE(book->list(ada, 2, 5).value().addresses.empty());
    book->remove(ada, page.addresses[0].id, any_version).value();
    EXPECT_THAT(listed(), ElementsAre("*0", "1", "2", "4"));
}

TEST_P(AddressBookTest, TheFirstOfManyAtOnceIsTheDefault) {
    std::latch ready(8);
    std::atomic<int> added{0}, full{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            ready.arrive_and_wait();
            const auto done = book->add(ada, at(std::to_string(t), t % 2 == 0));
            if (done)
                ++added;
            else if (done.error().code == "address_book_full")
                ++full;
            else
                ADD_FAILURE() << done.error().code << " " << done.error().subject;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(added, 5);
    EXPECT_EQ(full, 3);
    const AddressPage page = book->list(ada, 100, 0).value();
    EXPECT_EQ(std::count_if(page.addresses.begin(), page.addresses.end(),
                            [](const SavedAddress& a) { return a.is_default; }),
              1);
}

TEST_P(AddressBookTest, HoweverManyChangeItOneIsTheDefault) {
    for (int i = 0; i < 3; ++i) add(std::to_string(i));
    std::atomic<int> busy{6};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 15; ++i) {
                const AddressPage page = book->list(ada, 100, 0).value();
                const std::int64_t id =
                    page.addresses.empty()
                        ? 0
                        : page.addresses[static_cast<std::size_t>(t + i) % page.addresses.size()]
                              .id;
                Status done;
                if (i % 3 == 0) {
                    if (const auto changed = make_default(id); !changed) done = changed.error();
                } else if (i % 3 == 1) {
                    if (const auto added = book->add(ada, at("more", t % 2 == 0)); !added)
                        done = added.error();
                } else {
                    done = book->remove(ada, id, any_version);
                }
                if (!done && done.error().kind != Errc::not_found &&
                    done.error().code != "address_book_full")
                    ADD_FAILURE() << done.error().code << " " << done.error().subject;
            }
            --busy;
        });
    int looks = 0;
    do {
        const AddressPage page = book->list(ada, 100, 0).value();
        const auto defaults = std::count_if(page.addresses.begin(), page.addresses.end(),
                                            [](const SavedAddress& a) { return a.is_default; });
        EXPECT_EQ(defaults, page.addresses.empty() ? 0 : 1) << "of " << page.total;
        EXPECT_LE(page.total, 5);
        ++looks;
    } while (busy > 0 && !HasFailure());
    for (std::thread& thread : threads) thread.join();
    const AddressPage page = book->list(ada, 100, 0).value();
    EXPECT_EQ(page.addresses.empty(),
              std::none_of(page.addresses.begin(), page.addresses.end(),
                           [](const SavedAddress& a) { return a.is_default; }));
    EXPECT_GT(looks, 0);
}

INSTANTIATE_TEST_SUITE_P(Stores, AddressBookTest, tests::each_store, tests::store_name);

}  // namespace
}  // namespace kitchen::auth
