// The shop, configured as the guides of docs.vendure.io for production say. STORE is sqlite or postgres.
const path = require('node:path');
const { DefaultCachePlugin, DefaultJobQueuePlugin, DefaultLogger, DefaultSchedulerPlugin, LogLevel, dummyPaymentHandler } = require('@vendure/core');

const { DATA, STORE = 'sqlite', POSTGRES_URL, PORT, CREATE_TABLES } = process.env;

const database = {
  sqlite: {
    type: 'better-sqlite3',
    database: path.join(DATA, 'vendure.sqlite'),
    enableWAL: true,
    // What was acknowledged is on the disk, as it is with Chuks Kitchen; better-sqlite3 by itself would not wait for it.
    prepareDatabase: db => db.pragma('synchronous = FULL'),
  },
  // A request in a transaction takes a second connection for the cache: with the 10 of the default, 32 customers wait for ever.
  postgres: { type: 'postgres', url: POSTGRES_URL, poolSize: 50 },
}[STORE];

exports.config = {
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  apiOptions: { hostname: '127.0.0.1', port: Number(PORT), introspection: false, cors: false },
  authOptions: {
    tokenMethod: 'bearer',
    requireVerification: false,
    superadminCredentials: { identifier: 'chef', password: 'a-long-admin-password' },
  },
  dbConnectionOptions: { ...database, synchronize: CREATE_TABLES === 'true' },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  // Several servers need a cache in common; one is faster with its own memory.
  plugins: [
    DefaultJobQueuePlugin.init({}),
    DefaultSchedulerPlugin.init({}),
    ...(STORE === 'postgres' ? [DefaultCachePlugin.init({})] : []),
  ],
};
