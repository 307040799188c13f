// Makes the tables, then one tax rate, one way of shipping, one of payment, and the dishes of foods.csv.
const path = require('node:path');
const { DefaultLogger, LanguageCode, LogLevel, bootstrap } = require('@vendure/core');
const { populate } = require('@vendure/core/cli');
const { config } = require('./config');

const initialData = {
  defaultLanguage: LanguageCode.en,
  defaultZone: 'Nigeria',
  countries: [{ code: 'NG', name: 'Nigeria', zone: 'Nigeria' }],
  taxRates: [{ name: 'Standard Tax', percentage: 7.5 }],
  shippingMethods: [{ name: 'Rider', price: 500 }],
  paymentMethods: [
    { name: 'Card', handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] } },
  ],
  collections: [],
};

populate(() => bootstrap(config), initialData, path.join(__dirname, 'foods.csv'))
  .then(app => app.close())
  .then(() => process.exit(0), error => { console.error(error); process.exit(1); });
