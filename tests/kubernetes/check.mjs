// check.mjs WORK REPOSITORY PROGRAM: checks deploy/kubernetes and compose.yaml against the types of Kubernetes and against PROGRAM, the
// built chuks-kitchen. Prints what is wrong; the exit code says whether anything is.
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parse} from 'yaml';
import {files, rendered} from './documents.mjs';

const [work, repository, program] = process.argv.slice(2);
const packages = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const faults = [];
const expect = (right, fault) => right || faults.push(fault);
const text = (path) => readFileSync(join(repository, path), 'utf8');

// --- Types

const modules = {'v1': 'core/v1', 'networking.k8s.io/v1': 'networking/v1'};

/// Each document a constant of its kind's type: the compiler finds a wrong key, a wrong type and a missing field.
function check_types(documents) {
  const lines = documents.map(({from, value}, i) => {
    const module = modules[value.apiVersion] ?? value.apiVersion;
    const type = `import('kubernetes-types/${module}').${value.kind}`;
    const must = ['apiVersion', 'kind', 'metadata', ...('data' in value ? ['data'] : ['spec'])];
    const present = must.map((key) => `'${key}'`).join(' | ');
    return `// ${from}: ${value.kind} ${value.metadata?.name}\n` +
        `export const d${i}: ${type} & Required<Pick<${type}, ${present}>> = ${JSON.stringify(value, null, 1)};\n`;
  });
  rmSync(join(work, 'node_modules'), {force: true, recursive: true});
  symlinkSync(packages, join(work, 'node_modules'));
  writeFileSync(join(work, 'manifests.ts'), lines.join('\n'));
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({compilerOptions: {strict: true, noEmit: true, types: [], target: 'es2022',
    module: 'commonjs', moduleResolution: 'node'}, files: ['manifests.ts']}));
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], {encoding: 'utf8', cwd: work});
  expect(tsc.status === 0, `not what Kubernetes takes (lines of ${join(work, 'manifests.ts')}):\n${tsc.stdout}${tsc.stderr}`);
}

// --- What the documents say of one another

const of = (documents, kind) => documents.map((d) => d.value).filter((value) => value.kind === kind);
const matches = (selector, labels) => Object.entries(selector).every(([key, value]) => labels[key] === value);

function check_references(documents, overlay) {
  const names = (kind) => of(documents, kind).map((value) => value.metadata.name);
  const pods = [...of(documents, 'Deployment'), ...of(documents, 'Job')].map((value) => [value, value.spec.template]);
  for (const [owner, {spec, metadata}] of pods) {
    const name = `${overlay}: ${owner.metadata.name}`;
    const maps = [...spec.containers.flatMap((c) => c.envFrom.map((from) => from.configMapRef.name)),
      ...spec.volumes.filter((v) => v.configMap).map((v) => v.configMap.name)];
    for (const map of maps) expect(names('ConfigMap').includes(map), `${name} names the ConfigMap ${map}, which is not there`);
    const config = of(documents, 'ConfigMap').find((value) => value.metadata.name === spec.volumes.find((v) => v.configMap).configMap.name);
    const file = `${metadata.labels['app.kubernetes.io/component']}.yaml`;
    expect(config.data[file], `${name} serves ${file}, which is not in ${config.metadata.name}`);
  }
  const deployments = of(documents, 'Deployment');
  for (const kind of ['Service', 'PodDisruptionBudget']) {
    for (const {metadata, spec} of of(documents, kind)) {
      const chosen = pods.filter(([, pod]) => matches(spec.selector.matchLabels ?? spec.selector, pod.metadata.labels));
      expect(chosen.length === 1 && chosen[0][0].kind === 'Deployment' && chosen[0][0].metadata.name === metadata.name,
          `${overlay}: ${kind} ${metadata.name} selects ${chosen.map(([owner]) => owner.metadata.name)}`);
    }
  }
  const targets = of(documents, 'HorizontalPodAutoscaler').map((value) => value.spec.scaleTargetRef.name);
  expect(`${targets.sort()}` === `${names('Deployment').sort()}`, `${overlay}: one autoscaler for each Deployment`);
  for (const {spec} of of(documents, 'Ingress'))
    for (const {backend} of spec.rules.flatMap((rule) => rule.http.paths))
      expect(names('Service').includes(backend.service.name), `${overlay}: the Ingress names ${backend.service.name}, which is not there`);
  for (const {spec} of deployments) check_server(spec.template.spec, documents, overlay);
}

// --- What the product says

const schema = JSON.parse(execFileSync(program, ['config-schema'], {encoding: 'utf8'}));
const seconds = (duration) => [...String(duration).matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce((sum, [, n, unit]) => sum + n * {ms: 0.001, s: 1, m: 60, h: 3600}[unit], 0);

function check_server({containers: [server], terminationGracePeriodSeconds}, documents, overlay) {
  const environment = of(documents, 'ConfigMap').find((value) => server.envFrom[0].configMapRef.name === value.metadata.name).data;
  const own = Object.fromEntries(server.env.filter((e) => e.value).map((e) => [e.name, e.value]));
  const pod_port = own.KITCHEN_LISTEN.split(':').pop();
  expect(server.ports[0].containerPort === Number(pod_port), `${overlay}: the port is not that of KITCHEN_LISTEN`);
  expect(server.livenessProbe.httpGet.path === '/livez' && server.readinessProbe.httpGet.path === '/readyz', `${overlay}: probes`);
  const mounts = Object.fromEntries(server.volumeMounts.map((mount) => [mount.name, mount.mountPath]));
  expect(own.KITCHEN_SECRETS === mounts.secrets, `${overlay}: KITCHEN_SECRETS is not where the secrets are mounted`);
  expect(server.args[2].startsWith(mounts.config + '/'), `${overlay}: --config is not where the configuration is mounted`);
  const timeouts = schema.properties.server.properties.timeouts.properties;
  const before_exit = Number(server.lifecycle.preStop.exec.command[1]);

  const folder = mkdtempSync(join(tmpdir(), 'kitchen-manifests-'));
  mkdirSync(join(folder, 'secrets'));
  for (const [name, secret] of [['postgres_url', 'postgresql://k:k@db/kitchen'], ['redis_url', 'redis://cache'],
    ['auth_key', 'k'.repeat(40)], ['resend_api_key', 're_12345678901234567890']])
    writeFileSync(join(folder, 'secrets', name), secret);
  for (const map of of(documents, 'ConfigMap').filter((value) => value.metadata.name.startsWith('kitchen-config'))) {
    for (const [file, content] of Object.entries(map.data)) {
      writeFileSync(join(folder, file), content);
      const checked = spawnSync(program, ['check-config', '--config', join(folder, file)],
          {encoding: 'utf8', env: {...process.env, ...environment, ...own, KITCHEN_SECRETS: join(folder, 'secrets')}});
      expect(checked.status === 0, `${overlay}: ${file} is refused:\n${checked.stdout}${checked.stderr}`);
      if (overlay === 'whole') check_ways_in(documents, join(folder, file), {...process.env, ...environment, ...own, KITCHEN_SECRETS: join(folder, 'secrets')});
      const of_file = parse(content, {logLevel: 'silent'}).server.timeouts ?? {};
      const notice = seconds(of_file.notice ?? timeouts.notice.default), drain = seconds(of_file.drain ?? timeouts.drain.default);
      expect(notice > 0 && drain > 0, `${overlay}: notice and drain of ${file} are not known`);
      expect(before_exit > notice, `${overlay}: preStop is not beyond the notice of ${file} (${notice} s)`);
      expect(terminationGracePeriodSeconds > before_exit + notice + drain + 2,
          `${overlay}: a pod is killed before preStop (${before_exit}), notice (${notice}) and drain (${drain}) of ${file} are over`);
    }
  }
}

/// The Ingress lets in every route but those that are for those inside.
function check_ways_in(documents, config, env) {
  const inside = /^\/(?:metrics|health|livez|readyz|docs|openapi\.json|admin(?!\/promotions))(?:\/|$)/;
  const ways = of(documents, 'Ingress').flatMap(({spec}) => spec.rules[0].http.paths.map(({path}) => new RegExp(`^${path}`)));
  const routes = execFileSync(program, ['routes', '--config', config], {encoding: 'utf8', env});
  const paths = new Set([...routes.matchAll(/^[A-Z]+ +(\/\S*)/gm)].map(([, path]) => path));
  expect(paths.size > 30, `routes printed ${paths.size} paths`);
  for (const path of paths) expect(inside.test(path) !== ways.some((way) => way.test(path)), `whole: the Ingress and ${path}`);
}

/// The Ingress of the services sends each path where deploy/nginx/services.conf sends it.
function check_paths() {
  const conf = [...text('deploy/nginx/services.conf').matchAll(/"~\^([^"]+)"\s+chuks_kitchen_(\w+);/g)].map(([, path, service]) => `${path} ${service}`);
  const [ingress] = of(files(join(repository, 'deploy/kubernetes/services')), 'Ingress');
  const paths = ingress.spec.rules[0].http.paths.map(({path, backend}) => `${path} ${backend.service.name.replace('kitchen-', '')}`);
  expect(conf.length === 3 && `${conf}` === `${paths.slice(0, 3)}`, `the Ingress has\n${paths.join('\n')}\nand services.conf\n${conf.join('\n')}`);
}

check_types(files(join(repository, 'deploy/kubernetes')));
check_paths();
for (const overlay of ['whole', 'services']) {
  const documents = rendered(join(repository, 'deploy/kubernetes', overlay));
  if (!documents) {
    console.log('no kubectl with Kustomize 5: the overlays were not rendered, and only the files as they lie there were checked');
    break;
  }
  check_types(documents);
  check_references(documents, overlay);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;
