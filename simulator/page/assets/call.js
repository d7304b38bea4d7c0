/* The gateway's side of one USSD session. */

const GATEWAY_PATIENCE_MS = 15000;

/** The line answered something no phone can show, or did not answer. */
export class Failure extends Error {
  constructor(words, hop) {
    super(words);
    this.hop = hop;
  }
}

export class Call {
  constructor(line, msisdn) {
    this.line = { ...line }; // another gateway chosen meanwhile is for the next call
    this.msisdn = msisdn;
    this.sessionId = `ATUid_${randomHex(16)}`;
    this.inputs = [];
    this.hops = 0;
    this.open = false;
    this.last = null;
    this.began = performance.now();
  }

  get typed() {
    return this.inputs.join("*");
  }

  dial(deep) {
    this.inputs = deep ? deep.split("*") : [];
    this.open = true;
    return this.#hop();
  }

  reply(key) {
    this.inputs.push(key);
    return this.#hop();
  }

  /** The very same form once more: the answer, and whether it is the one of before. */
  async repeat() {
    const before = this.last;
    const hop = await this.#post(before.form);
    return { hop, same: hop.raw === before.raw };
  }

  /** What the gateway reports when the session is over; resolves to the HTTP status, 0 when nobody answered. */
  async event(status, errorMessage = "") {
    this.open = false;
    const form = new URLSearchParams({
      date: new Date().toISOString().slice(0, 19).replace("T", " "),
      sessionId: this.sessionId,
      serviceCode: this.line.serviceCode,
      networkCode: this.line.network,
      phoneNumber: this.msisdn,
      status,
      cost: "0",
      durationInMillis: String(Math.round(performance.now() - this.began)),
      hopsCount: String(this.hops),
      input: this.typed,
      lastAppResponse: this.last ? this.last.raw : "",
      errorMessage,
    });
    try {
      return (await fetch(`${this.line.callback}/events`, { method: "POST", body: form, keepalive: true })).status;
    } catch {
      return 0;
    }
  }

  async #hop() {
    this.hops += 1;
    this.last = await this.#post(
      new URLSearchParams({
        sessionId: this.sessionId,
        serviceCode: this.line.serviceCode,
        phoneNumber: this.msisdn,
        networkCode: this.line.network,
        text: this.typed,
      }),
    );
    return this.last;
  }

  async #post(form) {
    const hop = { form, number: this.hops, raw: "", ms: 0 };
    const began = performance.now();
    let answer;
    try {
      answer = await fetch(this.line.callback, {
        method: "POST",
        body: form,
        signal: AbortSignal.timeout(GATEWAY_PATIENCE_MS),
      });
      hop.raw = await answer.text();
    } catch (error) {
      const late = error.name === "TimeoutError";
      throw new Failure(late ? "Pas de réponse en 15 secondes." : "Le serveur ne répond pas.", hop);
    } finally {
      hop.ms = performance.now() - began;
    }
    const read = /^(CON|END) ([^]*)$/.exec(hop.raw);
    if (answer.status !== 200 || !read) {
      const why = answer.status === 404 ? "adresse ou jeton refusé" : "ni CON ni END";
      throw new Failure(`Réponse impossible à afficher : HTTP ${answer.status}, ${why}.`, hop);
    }
    hop.ends = read[1] === "END";
    hop.text = read[2];
    return hop;
  }
}

function randomHex(octets) {
  return [...crypto.getRandomValues(new Uint8Array(octets))].map((n) => n.toString(16).padStart(2, "0")).join("");
}
