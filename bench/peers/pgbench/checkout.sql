-- Two lines put into the cart, then the order, as the statements that our server sends to PostgreSQL for these three
-- requests (recorded with log_statement=all; plugins/orders/README.md lists those of the checkout), in its transactions.
-- Each statement is a round trip, as there: the results of most decide what is sent next. BEGIN goes with the statement
-- after it. What the server writes once for many orders (the position of an event, of a change) is left out.
--
-- Comes with: users, dishes (of each, the first of consecutive ids), dish_count, protein, extra, now, address.
\set user :users + :client_id
\set half :dish_count / 2
\set first :dishes + :client_id % :half
\set second :first + :half

-- POST /cart/
\startpipeline
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT f.id, u.id, u.role, f.access_expires_at, CASE WHEN f.revoked_at IS NULL AND u.disabled = 0 AND f.credential_version = u.credential_version THEN 1 ELSE 0 END, 0 FROM token_families f JOIN users u ON u.id = f.user_id WHERE f.access_hash = 'pgbench' || :user;
\endpipeline
COMMIT;
\startpipeline
BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE;
SET LOCAL enable_seqscan = off;
INSERT INTO carts (user_id, version, fingerprint, created_at, updated_at) VALUES (:user, 1, 0, :now, :now) ON CONFLICT (user_id) DO UPDATE SET version = carts.version + 1, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at RETURNING version;
\endpipeline
INSERT INTO cart_lines (user_id, food_id, sides_key, quantity, special_instructions, created_at, updated_at) VALUES (:user, :first, 'p:' || :protein || '|e:' || :extra, 2, NULL, :now, :now) ON CONFLICT (user_id, food_id, sides_key) DO UPDATE SET quantity = cart_lines.quantity + excluded.quantity, special_instructions = COALESCE(excluded.special_instructions, cart_lines.special_instructions), updated_at = excluded.updated_at RETURNING id, quantity;
SELECT id, food_id, sides_key, quantity, special_instructions FROM cart_lines WHERE user_id = :user ORDER BY id;
SELECT id, name, description, price, image_url, category, available_quantity, is_available, tags, side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at FROM foods WHERE id IN (:first, :protein, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra);
UPDATE carts SET fingerprint = 675868731199239589 WHERE user_id = :user;
COMMIT;

-- POST /cart/
\startpipeline
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT f.id, u.id, u.role, f.access_expires_at, CASE WHEN f.revoked_at IS NULL AND u.disabled = 0 AND f.credential_version = u.credential_version THEN 1 ELSE 0 END, 0 FROM token_families f JOIN users u ON u.id = f.user_id WHERE f.access_hash = 'pgbench' || :user;
\endpipeline
COMMIT;
\startpipeline
BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE;
SET LOCAL enable_seqscan = off;
INSERT INTO carts (user_id, version, fingerprint, created_at, updated_at) VALUES (:user, 1, 0, :now, :now) ON CONFLICT (user_id) DO UPDATE SET version = carts.version + 1, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at RETURNING version;
\endpipeline
INSERT INTO cart_lines (user_id, food_id, sides_key, quantity, special_instructions, created_at, updated_at) VALUES (:user, :second, 'p:' || :protein || '|e:', 1, NULL, :now, :now) ON CONFLICT (user_id, food_id, sides_key) DO UPDATE SET quantity = cart_lines.quantity + excluded.quantity, special_instructions = COALESCE(excluded.special_instructions, cart_lines.special_instructions), updated_at = excluded.updated_at RETURNING id, quantity;
SELECT id, food_id, sides_key, quantity, special_instructions FROM cart_lines WHERE user_id = :user ORDER BY id;
SELECT id, name, description, price, image_url, category, available_quantity, is_available, tags, side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at FROM foods WHERE id IN (:first, :second, :protein, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra);
UPDATE carts SET fingerprint = 675868731199239589 WHERE user_id = :user;
COMMIT;

-- POST /orders/
\startpipeline
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT f.id, u.id, u.role, f.access_expires_at, CASE WHEN f.revoked_at IS NULL AND u.disabled = 0 AND f.credential_version = u.credential_version THEN 1 ELSE 0 END, 0 FROM token_families f JOIN users u ON u.id = f.user_id WHERE f.access_hash = 'pgbench' || :user;
\endpipeline
COMMIT;
\startpipeline
BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE;
SET LOCAL enable_seqscan = off;
INSERT INTO carts (user_id, version, fingerprint, created_at, updated_at) VALUES (:user, 1, 0, :now, :now) ON CONFLICT (user_id) DO UPDATE SET version = carts.version + 1, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at RETURNING version;
\endpipeline
DELETE FROM cart_lines WHERE user_id = :user RETURNING id, food_id, sides_key, quantity, special_instructions;
SELECT id, name, description, price, image_url, category, available_quantity, is_available, tags, side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at FROM foods WHERE id IN (:first, :second, :protein, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra, :extra);
SELECT id, email, phone_number, password_hash, role, disabled, referral_code, credential_version, version, created_at, updated_at FROM users WHERE id = :user;
SELECT id, label, recipient_name, line1, line2, city, state, postal_code, country, landmark, delivery_instructions, phone, latitude, longitude, is_default, version, created_at, updated_at FROM addresses WHERE user_id = :user AND is_default = 1;
INSERT INTO orders (user_id, status, payment_status, fulfillment_type, subtotal, delivery_fee, service_fee, tax, tip, discount, total, currency, contact_phone, delivery_instructions, scheduled_for, version, created_at, updated_at, address, amounts, claims) VALUES (:user, 'pending', 'unpaid', 'delivery', 2180000, 0, 0, 0, 0, 0, 2180000, 'NGN', '+2348031234567', NULL, NULL, 1, :now, :now, :address, NULL, NULL) RETURNING id AS order \gset
INSERT INTO order_items (order_id, position, food_id, name, unit_price, quantity, special_instructions, line_total, discount) VALUES (:order, 0, :first, 'Ofada Rice and Ayamase', 770000, 2, NULL, 1540000, 0);
INSERT INTO order_item_sides (order_id, item_position, kind, position, food_id, name, price) VALUES (:order, 0, 'protein', 0, :protein, 'Fried Chicken', 220000);
INSERT INTO order_item_sides (order_id, item_position, kind, position, food_id, name, price) VALUES (:order, 0, 'extra', 0, :extra, 'Dodo', 100000);
INSERT INTO order_items (order_id, position, food_id, name, unit_price, quantity, special_instructions, line_total, discount) VALUES (:order, 1, :second, 'Afang Soup', 640000, 1, NULL, 640000, 0);
INSERT INTO order_item_sides (order_id, item_position, kind, position, food_id, name, price) VALUES (:order, 1, 'protein', 0, :protein, 'Fried Chicken', 220000);
INSERT INTO order_history (order_id, version, from_status, to_status, by_user, by_role, moved_at, reason) VALUES (:order, 1, NULL, 'pending', :user, 'customer', :now, NULL);
UPDATE foods SET available_quantity = available_quantity - 2, version = version + 1, updated_at = :now WHERE id = :first AND deleted_at IS NULL AND is_available = 1 AND available_quantity >= 2 RETURNING available_quantity AS first_left, version, deleted_at \gset
INSERT INTO food_stock_journal (food_id, delta, quantity_after, reason, reference, by_user, created_at) VALUES (:first, -2, :first_left, 'Sold', 'order ' || :order, :user, :now);
UPDATE foods SET available_quantity = available_quantity - 1, version = version + 1, updated_at = :now WHERE id = :second AND deleted_at IS NULL AND is_available = 1 AND available_quantity >= 1 RETURNING available_quantity AS second_left, version, deleted_at \gset
INSERT INTO food_stock_journal (food_id, delta, quantity_after, reason, reference, by_user, created_at) VALUES (:second, -1, :second_left, 'Sold', 'order ' || :order, :user, :now);
UPDATE foods SET available_quantity = available_quantity - 3, version = version + 1, updated_at = :now WHERE id = :protein AND deleted_at IS NULL AND is_available = 1 AND available_quantity >= 3 RETURNING available_quantity, version, deleted_at;
SELECT id, name, description, price, image_url, category, available_quantity, is_available, tags, side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at FROM foods WHERE id = :protein;
UPDATE foods SET available_quantity = available_quantity - 2, version = version + 1, updated_at = :now WHERE id = :extra AND deleted_at IS NULL AND is_available = 1 AND available_quantity >= 2 RETURNING available_quantity, version, deleted_at;
SELECT id, name, description, price, image_url, category, available_quantity, is_available, tags, side_rules, rating_count, rating_total, version, created_at, updated_at, deleted_at FROM foods WHERE id = :extra;
INSERT INTO events (name, data, emitted_at) VALUES ('order.placed/1', '{"order_id": ' || :order || ', "user_id": ' || :user || ', "total": 2180000, "currency": "NGN", "at": "2026-11-28T18:03:48.494Z"}', :now);
COMMIT;
