// The npm package oidc-provider, as it is, with one client and people who may be anybody: who signs in as "ada" has the
// address ada@mail.example, verified unless the name begins with "new-".
//
//   node provider.mjs REDIRECT_URI ALG AUTH_METHOD email-in=id_token|userinfo
import {generateKeyPairSync} from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

const [redirectUri, alg, authMethod, emailIn] = process.argv.slice(2);
const pair = alg === "ES256" ? generateKeyPairSync("ec", {namedCurve: "P-256"}) : generateKeyPairSync("rsa", {modulusLength: 2048});

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = "http://127.0.0.1:" + server.address().port;
  const provider = new Provider(issuer, {
    clients: [{client_id: "kitchen", client_secret: "a secret: with / signs+", redirect_uris: [redirectUri],
      token_endpoint_auth_method: authMethod, id_token_signed_response_alg: alg}],
    clientAuthMethods: [authMethod],
    jwks: {keys: [{...pair.privateKey.export({format: "jwk"}), use: "sig", alg, kid: "of-" + alg}]},
    claims: {openid: ["sub"], email: ["email", "email_verified"]},
    conformIdTokenClaims: emailIn === "email-in=userinfo",
    cookies: {keys: ["of-a-test"]},
    pkce: {required: () => true},
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({sub: id, email: id + "@mail.example", email_verified: !id.startsWith("new-")}),
    }),
  });
  server.on("request", provider.callback());
  console.log("LISTENING " + server.address().port);
});
