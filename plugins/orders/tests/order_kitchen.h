// A whole kitchen on a fresh store, for the tests of orders: catalogue, carts, accounts and orders.
//
// Thread-safety: as the services say; the helpers from any thread.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "checkout_service.h"
#include "claim_ledger.h"
#include "fake_events.h"
#include "order_body.h"
#include "order_service.h"
#include "test_kitchen.h"

namespace kitchen::tests {

/// Every id has an account, unless it is closed or missing, and a phone number, unless it is
/// phoneless.
class FakeIdentity final : public Identity {
public:
    std::set<std::int64_t> closed, missing, phoneless;

    Result<std::optional<Account>> account(Transaction&, std::int64_t user_id) override {
        if (missing.contains(user_id)) return std::optional<Account>();
        Account account;
        account.id = user_id;
        account.email = "user" + std::to_string(user_id) + "@example.com";
        if (!phoneless.contains(user_id))
            account.phone_number = "+234803" + std::to_string(1'000'000 + user_id);
        account.role = "customer";
        account.disabled = closed.contains(user_id);
        return std::optional<Account>(account);
    }
    Result<bool> is_current(Transaction&, const Principal&) override { return true; }
    Result<std::string> normalise_phone(std::string_view phone,
                                        std::string_view country) const override {
        if (country == "GB" && phone == "020 7946 0958") return std::string("+442079460958");
        if (phone.size() != 11 || phone[0] != '0')
            return Error(Errc::unprocessable, "phone_invalid", "No phone number.");
        return "+234" + std::string(phone.substr(1));
    }
};

/// Address books that are what a test makes them.
class FakeAddresses final : public Addresses {
public:
    std::map<std::int64_t, std::vector<Address>> of;  ///< by user

    static Address home(std::int64_t id) {
        Address address;
        address.id = id;
        address.label = "Home";
        address.recipient_name = "Ada Obi";
        address.line1 = "12 Allen Avenue";
        address.city = "Ikeja";
        address.state = "Lagos";
        address.postal_code = "100281";
        address.country = "NG";
        address.landmark = "opposite the blue mosque";
        address.delivery_instructions = "Ring twice";
        address.phone = "+2348090000000";
        return address;
    }
    Result<std::optional<Address>> address(Transaction&, std::int64_t user_id,
                                           std::int64_t address_id) override {
        return find(user_id, [&](const Address& a) { return a.id == address_id; });
    }
    Result<std::optional<Address>> default_address(Transaction&, std::int64_t user_id) override {
        return find(user_id, [](const Address& a) { return a.is_default; });
    }

private:
    template <class Test>
    std::optional<Address> find(std::int64_t user_id, Test test) {
        const std::vector<Address>& addresses = of[user_id];
        const auto found = std::find_if(addresses.begin(), addresses.end(), test);
        return found == addresses.end() ? std::nullopt : std::optional(*found);
    }
};

class OrderKitchen : public TestKitchen {
public:
    explicit OrderKitchen(Storage storage = Storage::memory, orders::CheckoutRules rules = {},
                          Addresses* addresses = nullptr, std::vector<CheckoutStep*> steps = {})
        : TestKitchen(storage, {"orders", "claims"}),
          claims(*store),
          repository(*store),
          idempotency(*store),
          steps(members(steps), log, std::chrono::seconds(60)),
          notices(events, [this] { note_change(); }),
          checkout(*store, carts, catalog, identity, claims, clock, repository, idempotency,
                   this->steps, notices, rules, addresses),
          orders(*store, catalog, claims, clock, repository, notices) {
        store->verify().value();
    }

    static orders::CheckoutRequest request(std::int64_t user_id,
                                           Fulfillment fulfillment = Fulfillment::pickup) {
        orders::CheckoutRequest request;
        request.buyer = {user_id, "customer"};
        request.fulfillment = fulfillment;
        return request;
    }
    Result<orders::Placed> place(const orders::CheckoutRequest& request) {
        return checkout.place(request, std::nullopt);
    }
    Result<orders::Placed> place(const orders::CheckoutRequest& request, const std::string& key,
                                 const std::string& body = "{}") {
        return checkout.place(
            request, orders::IdempotentRequest{request.buyer.user_id, "POST /orders/", key, body});
    }
    std::int64_t order_count() { return orders.list({1, "admin"}, {}, 1, 0).value().total_count; }

    std::function<void()> on_change;  ///< called after the commit of each change of an order
    FakeIdentity identity;
    testkit::RecordingLogger log;
    claims::ClaimLedger claims;
    orders::OrderRepository repository;
    orders::IdempotencyRepository idempotency;
    FakeEvents events;
    orders::CheckoutSteps steps;
    orders::OrderNotices notices;
    orders::CheckoutService checkout;
    orders::OrderService orders;

private:
    static All<CheckoutStep> members(const std::vector<CheckoutStep*>& steps) {
        std::vector<All<CheckoutStep>::Member> members;
        for (CheckoutStep* step : steps)
            members.push_back({"step-" + std::to_string(members.size()), step});
        return All<CheckoutStep>(std::move(members));
    }
    void note_change() {
        if (on_change) on_change();
    }
};

}  // namespace kitchen::tests
