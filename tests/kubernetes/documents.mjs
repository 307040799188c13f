// The YAML documents of deploy/kubernetes: each file as it lies there, and, where kubectl is, what it makes of the overlays.
import {execFileSync, spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAllDocuments} from 'yaml';

function parse(text, from) {
  return parseAllDocuments(text, {uniqueKeys: true}).map((document) => {
    if (document.errors.length) throw new Error(`${from}: ${document.errors[0]}`);
    return {from, ...{value: document.toJS()}};
  });
}

/// Whole documents only: a kustomization is none of Kubernetes's.
export function files(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return entry.name.endsWith('.yaml') && entry.name !== 'kustomization.yaml' ? parse(readFileSync(path, 'utf8'), path) : [];
  });
}

/// Kustomize 5, as in kubectl 1.27 and later; nothing without it: Debian's kubectl has Kustomize 2.
export function rendered(overlay) {
  const version = spawnSync('kubectl', ['version', '--client'], {encoding: 'utf8'});
  if (!/Kustomize Version: v[5-9]/.test(version.stdout ?? '')) return null;
  return parse(execFileSync('kubectl', ['kustomize', overlay], {encoding: 'utf8'}), overlay);
}
