// The dialogue of the bench as a user of ussd-menu-builder writes it: states, a session in Redis, no database.
//
// A menu of the library holds the request it is answering, so that one menu for all would mix up who waits for Redis at
// the same time: each request has a menu of its own.

import { createServer } from "node:http";
import { createClient } from "redis";
import UssdMenu from "ussd-menu-builder";

const SECONDS = 600;
const redis = await createClient({ url: process.env.JIGI_REDIS_URL }).connect();

function menu() {
  const made = new UssdMenu();
  const key = (sessionId) => `menu-builder:${sessionId}`;
  made.sessionConfig({
    start: async (sessionId) => (await redis.exists(key(sessionId))) || redis.hSet(key(sessionId), "at", "start"),
    get: (sessionId, name) => redis.hGet(key(sessionId), name),
    set: async (sessionId, name, value) => {
      await redis.hSet(key(sessionId), name, value);
      await redis.expire(key(sessionId), SECONDS);
    },
    end: (sessionId) => redis.del(key(sessionId)),
  });
  made.startState({
    run: () => made.con("Jigisèmèjiri\n1 Date de paiement\n2 Inscription\n3 Plainte"),
    next: { 1: "payment" },
  });
  made.state("payment", {
    run: async () => {
      await made.session.set("seen", "payment");
      made.con("Prochain paiement : 2 décembre, Mairie de Safo, 30 000 F CFA\n1 Autre question\n2 Fini");
    },
    next: { 2: "end" },
  });
  made.state("end", { run: () => made.end("Merci.") });
  return made;
}

createServer(async (request, response) => {
  if (request.method !== "POST") return response.end();
  let body = "";
  for await (const chunk of request) body += chunk;
  const answer = await menu().run(Object.fromEntries(new URLSearchParams(body)));
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(answer));
  response.end(answer);
}).listen(Number(process.argv[2]), "127.0.0.1");
