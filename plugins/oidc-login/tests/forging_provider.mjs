// A provider of sign-ins that answers rightly, but for what the test has it forge. Of Node alone.
//
// PUT /_control takes {"forge": {...}}, GET gives how often each path was asked for. A forgery is any of:
//   claims        of the ID token, over the right ones; null takes one away
//   header        of the ID token, over the right one
//   sign          "none", "public-key" (HMAC with the published key), "stranger" (a key that was never published),
//                 "other" (the other published key, under the kid of the first), "altered" (after it was signed)
//   rotate        true: from now on with a new key, published under a new kid
//   discovery, jwks, token, userinfo    members over the right ones; {"status", "location", "text", "hang", "drop"}
//                 below "http" say how it is sent
//   callback      query parameters over the right ones; null takes one away
import crypto from "node:crypto";
import http from "node:http";

const clients = new Map();  // code -> what it was given for
const hits = {}, hanging = [];
let forge = {}, keys = [newKey("key-1", "RS256"), newKey("key-2", "RS256")], issuer;
const stranger = newKey("stranger", "RS256");

function newKey(kid, alg) {
  const pair = crypto.generateKeyPairSync("rsa", {modulusLength: 2048});
  return {kid, alg, ...pair, jwk: {...pair.publicKey.export({format: "jwk"}), kid, alg, use: "sig"}};
}
const base64url = (value) => Buffer.from(value).toString("base64url");
function over(right, changes = {}) {
  const all = {...right, ...changes};
  for (const name of Object.keys(all)) if (all[name] === null || name === "http") delete all[name];
  return all;
}

function idToken(claims) {
  const key = keys[0];
  const header = over({alg: "RS256", typ: "JWT", kid: key.kid}, forge.header);
  const part = (payload) => base64url(JSON.stringify(header)) + "." + base64url(JSON.stringify(payload));
  const text = part(claims);
  const rsa = (signer) => base64url(crypto.sign("sha256", Buffer.from(text), signer.privateKey));
  switch (forge.sign) {
    case "none": return text + ".";
    case "public-key": {
      const secret = key.publicKey.export({format: "pem", type: "spki"});
      return text + "." + base64url(crypto.createHmac("sha256", secret).update(text).digest());
    }
    case "stranger": return text + "." + rsa(stranger);
    case "other": return text + "." + rsa(keys[1]);
    case "altered": return part({...claims, sub: "somebody-else"}) + "." + rsa(key);
    default: return text + "." + rsa(key);
  }
}

function authorize(query, response) {
  const code = crypto.randomBytes(16).toString("hex");
  clients.set(code, Object.fromEntries(query));
  const back = new URL(query.get("redirect_uri"));
  const parameters = over({code, state: query.get("state"), iss: issuer, session_state: "of its own"}, forge.callback);
  for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value);
  response.writeHead(303, {Location: back.href}).end();
}

function token(form, request) {
  const given = clients.get(form.get("code"));
  clients.delete(form.get("code"));
  const challenge = crypto.createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
  const basic = "Basic " + Buffer.from("kitchen:s3cret").toString("base64");
  if (request.headers.authorization !== basic) return [401, {error: "invalid_client"}];
  if (!given || given.code_challenge !== challenge || given.redirect_uri !== form.get("redirect_uri"))
    return [400, {error: "invalid_grant"}];
  const access_token = crypto.randomBytes(16).toString("hex"), now = Math.floor(Date.now() / 1000);
  const half = crypto.createHash("sha256").update(access_token).digest().subarray(0, 16);
  const claims = over({iss: issuer, aud: "kitchen", sub: "person-1", nonce: given.nonce, iat: now, exp: now + 300,
    at_hash: half.toString("base64url"), email: "ada@mail.example", email_verified: true}, forge.claims);
  return [200, {access_token, token_type: "Bearer", expires_in: 300, id_token: idToken(claims)}];
}

function send(response, status, right, changes = {}) {
  const how = changes.http ?? {};
  if (how.hang) return hanging.push(response);
  if (how.drop) return response.destroy();
  response.writeHead(how.status ?? status, {"Content-Type": "application/json", ...(how.location && {Location: how.location})});
  response.end(how.text ?? JSON.stringify(over(right, changes)));
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  let body = "";
  for await (const piece of request) body += piece;
  if (url.pathname === "/_control") {
    if (request.method === "PUT") forge = JSON.parse(body).forge;
    if (forge.rotate) keys = [newKey("key-" + Date.now() + "-" + crypto.randomInt(1e9), "RS256")];
    delete forge.rotate;
    if (forge.release) for (const held of hanging.splice(0)) held.destroy();
    return response.writeHead(200, {"Content-Type": "application/json"}).end(JSON.stringify(hits));
  }
  hits[url.pathname] = (hits[url.pathname] ?? 0) + 1;
  switch (url.pathname) {
    case "/.well-known/openid-configuration":
      return send(response, 200, {issuer, authorization_endpoint: issuer + "/authorize", token_endpoint: issuer + "/token",
        jwks_uri: issuer + "/jwks", userinfo_endpoint: issuer + "/userinfo",
        authorization_response_iss_parameter_supported: true}, forge.discovery);
    case "/jwks":
      return send(response, 200, {keys: keys.map((key) => key.jwk)}, forge.jwks);
    case "/authorize":
      return authorize(url.searchParams, response);
    case "/token": {
      const [status, right] = token(new URLSearchParams(body), request);
      return send(response, status, right, status === 200 ? forge.token : {});
    }
    case "/userinfo":
      return send(response, 200, {sub: "person-1", email: "ada@mail.example", email_verified: true}, forge.userinfo);
    default:
      return send(response, 404, {});
  }
});
server.listen(0, "127.0.0.1", () => {
  issuer = "http://127.0.0.1:" + server.address().port;
  console.log("LISTENING " + server.address().port);
});
