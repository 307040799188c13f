// A whole sign-in as people do it: openid-client is the application, a real browser without scripts is the person's, jose
// looks at the tokens. Keys of the keyboard alone. Prints "ok" and ends with 0 when all went well.
//
//   node sign_in.mjs ISSUER EMAIL PASSWORD
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Issuer, custom, generators } from 'openid-client';
import { chromium } from 'playwright-core';

const [issuerUrl, email, password] = process.argv.slice(2);
const secret = 'a secret of 32 characters or more';

// The application: its callback says what came.
let arrived;
const application = http.createServer((request, response) => {
  if (request.url.startsWith('/callback') || request.url.startsWith('/signed-out')) arrived?.(request);
  response.setHeader('Content-Type', 'text/html');
  response.end('<!DOCTYPE html><title>The App</title><p id="here">You are back.');
});
application.listen(0, '127.0.0.1');
await once(application, 'listening');
const base = `http://127.0.0.1:${application.address().port}`;
const arrival = () => new Promise((resolve) => (arrived = resolve));

// An administrator adds the clients, since the port is known only now.
const [adminEmail, adminPassword] = ['chef@kitchen.example', password];
async function addClient(form) {
  const response = await fetch(`${issuerUrl}/oauth/clients/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: 'Basic ' + Buffer.from(`${adminEmail}:${adminPassword}`).toString('base64'),
    },
    body: JSON.stringify({ redirect_uris: [`${base}/callback`], post_logout_redirect_uris: [`${base}/signed-out`],
      scopes: ['openid', 'email', 'auth:read'], ...form }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

custom.setHttpOptionsDefaults({ timeout: 30000 });
const issuer = await Issuer.discover(issuerUrl);
assert.equal(issuer.metadata.issuer, issuerUrl);
const keys = createRemoteJWKSet(new URL(issuer.metadata.jwks_uri));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
let failed = true;
try {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(60000);

  for (const algorithm of ['RS256', 'ES256']) {
    const added = await addClient({ name: `App <${algorithm}>`, id_token_algorithm: algorithm });
    const client = new issuer.Client({
      client_id: added.id, client_secret: added.secret, redirect_uris: [`${base}/callback`],
      response_types: ['code'], id_token_signed_response_alg: algorithm,
    });
    const verifier = generators.codeVerifier();
    const [state, nonce] = [generators.state(), generators.nonce()];
    const back = arrival();
    await page.goto(client.authorizationUrl({
      scope: 'openid email auth:read', state, nonce, prompt: 'login', max_age: 600,
      code_challenge: generators.codeChallenge(verifier), code_challenge_method: 'S256',
    }));
    assert.match(await page.title(), /^Sign in/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');

    // By the names that a screen reader says, and with keys alone.
    await page.getByLabel('Email').focus();
    await page.keyboard.type(email);
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.match(await page.title(), /^Error/);
    assert.equal(await page.getByLabel('Email').inputValue(), email);
    await page.getByLabel('Password').focus();
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Allow access?' }).waitFor();
    assert.match(await page.locator('main').innerText(), new RegExp(`App <${algorithm}> would like to`));
    await page.getByRole('button', { name: 'Allow' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#here').waitFor();

    const parameters = client.callbackParams(await back);
    assert.equal(parameters.iss, issuerUrl);
    const tokens = await client.callback(`${base}/callback`, parameters,
      { state, nonce, code_verifier: verifier, max_age: 600, response_type: 'code' });
    assert.equal(tokens.claims().nonce, nonce);

    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer: issuerUrl, audience: added.id });
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, algorithm);
    const info = await client.userinfo(tokens);
    assert.equal(info.sub, payload.sub);
    assert.equal(info.email, email);

    const bearer = { Authorization: `Bearer ${tokens.access_token}` };
    assert.equal((await fetch(`${issuerUrl}/me/`, { headers: bearer })).status, 200);
    assert.equal((await fetch(`${issuerUrl}/users/`, { headers: bearer })).status, 403);

    const renewed = await client.refresh(tokens.refresh_token);
    assert.notEqual(renewed.access_token, tokens.access_token);
    assert.equal((await client.introspect(renewed.access_token)).active, true);

    // Without a page, since the browser is signed in and the user has consented.
    const silent = arrival();
    await page.goto(client.authorizationUrl({ scope: 'openid email', prompt: 'none', state, nonce,
      id_token_hint: tokens.id_token }));
    assert.ok(client.callbackParams(await silent).code);

    await client.revoke(renewed.refresh_token);
    assert.equal((await client.introspect(renewed.access_token)).active, false);

    const out = arrival();
    await page.goto(client.endSessionUrl({ id_token_hint: tokens.id_token, state: 'bye',
      post_logout_redirect_uri: `${base}/signed-out` }));
    assert.equal(new URL((await out).url, base).searchParams.get('state'), 'bye');
    const refused = arrival();
    await page.goto(client.authorizationUrl({ scope: 'openid', prompt: 'none', state, nonce }));
    assert.equal(client.callbackParams(await refused).error, 'login_required');
  }
  failed = false;
  console.log('ok');
} finally {
  await browser.close();
  application.closeAllConnections();
  application.close();
  if (failed) process.exitCode = 1;
}
