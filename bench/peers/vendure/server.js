// INSTANCES servers on one port, as `pm2 start -i` starts them, and the worker that does their jobs.
const cluster = require('node:cluster');
const { bootstrap, bootstrapWorker } = require('@vendure/core');
const { config } = require('./config');

async function start() {
  if (process.env.ROLE === 'server') return bootstrap(config);
  if (process.env.ROLE === 'worker') return (await bootstrapWorker(config)).startJobQueue();
  for (let i = 0; i < Number(process.env.INSTANCES ?? 1); i++) cluster.fork({ ROLE: 'server' });
  cluster.fork({ ROLE: 'worker' });
  cluster.on('exit', () => process.exit(1));
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.on(signal, () => { for (const each of Object.values(cluster.workers)) each.process.kill(); process.exit(0); });
}

start().catch(error => { console.error(error); process.exit(1); });
