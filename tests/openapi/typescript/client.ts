// The obvious calls of a TypeScript client, with types that openapi-typescript makes of
// /openapi.json: compiled with --strict, then run. `run URL WORK EMAIL PASSWORD` does both.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const [url, email, password] = process.argv.slice(2) as [string, string, string];
const api = createClient<paths>({ baseUrl: url });

function sure<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(what);
  return value;
}

// The menu: what has a default may be left out by the client, and is there from the server.
const menu = sure((await api.GET("/foods/", { params: { query: { limit: 5, sort: "-price" } } })).data, "menu");
const dish: components["schemas"]["Food"] = sure(menu.result[0], "a dish");
const average: number | null = dish.rating.average;
const tags: string[] = dish.tags;
const next: string | null = menu.next;
assert.deepEqual([average, tags, next], [null, [], null]);

const one = await api.GET("/foods/{id}/", { params: { path: { id: dish.id } } });
const tag = sure(one.response.headers.get("ETag"), "ETag");
const same = await api.GET("/foods/{id}/", { params: { path: { id: dish.id } }, headers: { "If-None-Match": tag } });
assert.equal(same.response.status, 304);

// Sign in, by a name that is one of two.
const wrong = await api.POST("/login/", { body: { email, password: "not-this-one" } });
assert.equal(sure(wrong.error, "a problem").code, "invalid_credentials");
const signed = sure((await api.POST("/login/", { body: { email, password } })).data, "sign in");
api.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `${signed.token_type} ${signed.access_token}`);
    return request;
  },
});
const me = sure((await api.GET("/me/")).data, "me");
const role: "customer" | "kitchen" | "admin" = me.role;
assert.equal(role, "customer");

// A cart.
const line = sure((await api.POST("/cart/", { body: { food_id: dish.id } })).data, "a line");
const subtotal: number = line.line_total;
assert.equal(subtotal, dish.price);
const cart = await api.GET("/cart/");
const version = sure(cart.response.headers.get("ETag"), "ETag");
const changed = await api.PATCH("/cart/{item_id}/", {
  params: { path: { item_id: line.id }, header: { "If-Match": version } },
  body: { quantity: 2 },
});
assert.equal(changed.data?.quantity, 2);
const stale = await api.PATCH("/cart/{item_id}/", {
  params: { path: { item_id: line.id }, header: { "If-Match": version } },
  body: { quantity: 3 },
});
assert.equal(stale.response.status, 412);
assert.equal(sure(stale.error, "a problem").status, 412);

// Checkout, twice with one key; what can go wrong has names.
const order = (key: string, expected_total: number) =>
  api.POST("/orders/", {
    params: { header: { "Idempotency-Key": key } },
    body: { fulfillment_type: "pickup", expected_total },
  });
const refused = await order("typescript-0", 1);
if (refused.response.status === 409) {
  const code: string = sure(refused.error, "a problem").code;
  assert.equal(code, "total_changed");
}
const quote = sure((await api.POST("/cart/quote/", { body: { fulfillment_type: "pickup" } })).data, "a quote");
const placed = sure((await order("typescript-1", quote.total)).data, "an order");
const again = await order("typescript-1", quote.total);
assert.equal(again.response.headers.get("Idempotent-Replayed"), "true");
assert.equal(again.data?.id, placed.id);
const steps: components["schemas"]["Order"]["status"][] = placed.allowed_transitions;
assert.deepEqual(steps, ["cancelled"]);
const cancelled = await api.POST("/orders/{id}/cancel/", { params: { path: { id: placed.id } } });
assert.equal(cancelled.data?.status, "cancelled");

// What must not compile.
export const mistakes = () => [
  // @ts-expect-error a quantity is a number
  api.POST("/cart/", { body: { food_id: 1, quantity: "2" } }),
  // @ts-expect-error the food is missing
  api.POST("/cart/", { body: { quantity: 2 } }),
  // @ts-expect-error there is no such member
  { food_id: 1, food: "Jollof" } satisfies components["schemas"]["NewCartItem"],
  // @ts-expect-error there is no such state
  api.POST("/orders/{id}/status/", { params: { path: { id: 1 } }, body: { status: "eaten" } }),
  // @ts-expect-error there is no such path
  api.GET("/food/"),
];
