// On PostgreSQL: INSTANCES servers on one port, as `pm2 start -i` starts them, and a worker for their jobs. SQLite takes
// one writer at a time, and a second process gets "database is locked": there the one server does its jobs itself.
const cluster = require('node:cluster');
const { JobQueueService, bootstrap, bootstrapWorker } = require('@vendure/core');
const { config } = require('./config');

const { INSTANCES, ROLE, STORE } = process.env;

async function start() {
  if (STORE !== 'postgres') return (await bootstrap(config)).get(JobQueueService).start();
  if (ROLE === 'server') return bootstrap(config);
  if (ROLE === 'worker') return (await bootstrapWorker(config)).startJobQueue();
  for (let i = 0; i < Number(INSTANCES); i++) cluster.fork({ ROLE: 'server' });
  cluster.fork({ ROLE: 'worker' });
  cluster.on('exit', () => process.exit(1));
}

start().catch(error => { console.error(error); process.exit(1); });
