// The provider of tests: oidc-provider, with people and one way to have its next ID token forged.
//
//   node openid-provider.mjs PORT REDIRECT_URI…
//
// PUT /people/SUB {claims} makes a person or changes one. PUT /forge {…} changes the next ID token: its
// `claims`, its `header`, and what it is signed with (`by`: "none", "stranger", "secret").

import { generateKeyPairSync } from 'node:crypto';
import * as jose from 'jose';
import Provider from 'oidc-provider';

const [port, ...redirects] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const SECRET = 'a secret with : and % in it, of the client alone';

const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const jwk = (alg) => ({ ...pairs[alg].privateKey.export({ format: 'jwk' }), alg, kid: alg, use: 'sig' });

const people = new Map();
let forgery = null;

const client = (client_id, alg) => ({
  client_id,
  client_secret: SECRET,
  redirect_uris: redirects,
  post_logout_redirect_uris: redirects.map((uri) => uri.replace('openid/callback/', 'login/')),
  id_token_signed_response_alg: alg,
});

const provider = new Provider(issuer, {
  clients: [client('chat', 'RS256'), client('chat-ec', 'ES256')],
  jwks: { keys: [jwk('RS256'), jwk('ES256')] },
  cookies: { keys: ['of tests'] },
  scopes: ['openid', 'profile', 'groups'],
  claims: { openid: ['sub'], profile: ['name', 'email'], groups: ['groups'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, sub) =>
    people.has(sub) ? { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) } : undefined,
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile groups');
    await grant.save();
    return grant;
  },
});

async function forged(token) {
  const { claims = {}, header = {}, by } = forgery;
  forgery = null;
  const said = { ...jose.decodeJwt(token), ...claims };
  const head = { ...jose.decodeProtectedHeader(token), ...header };
  if (by === 'none') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ ...head, alg: 'none' })}.${part(said)}.`;
  }
  const keys = { stranger, secret: Buffer.from(SECRET) };
  if (by === 'secret') head.alg = 'HS256';
  return new jose.SignJWT(said).setProtectedHeader(head).sign(keys[by] ?? pairs[head.alg].privateKey);
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

provider.use(async (ctx, next) => {
  const [, what, which] = ctx.path.split('/');
  if (ctx.method === 'PUT') {
    const said = JSON.parse(await body(ctx.req));
    if (what === 'people') people.set(which, said);
    else forgery = said;
    ctx.status = 204;
  } else if (what === 'interaction') {
    const sub = new URLSearchParams(await body(ctx.req)).get('sub');
    const result = sub ? { login: { accountId: sub } } : { error: 'access_denied' };
    const there = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.redirect(there);
  } else {
    await next();
    if (forgery && ctx.path === '/token' && ctx.body.id_token) ctx.body.id_token = await forged(ctx.body.id_token);
  }
});

provider.listen(port, '127.0.0.1', () => console.log(`provider of ${issuer}`));
