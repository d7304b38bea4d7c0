/* What the chosen phone received, and the panel that shows it to who stands beside. */

const EVERY_MS = 1500;
const PATIENCE_MS = 3000;

const by = (id) => document.getElementById(id);

export class Inbox {
  /** `changed(fresh)` is told of every change, with the messages that were never seen before. */
  constructor(measure, changed) {
    this.measure = measure;
    this.changed = changed;
    this.msisdn = "";
    this.messages = [];
    this.seen = new Set();
    this.read = new Set();
    this.asking = "";
    by("sms-panel").hidden = false;
    setInterval(() => this.#ask(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.#ask());
  }

  get unread() {
    return this.messages.filter((message) => !this.read.has(message.id)).length;
  }

  /** Look at another phone; false when it is the same. */
  of(msisdn) {
    if (msisdn === this.msisdn) return false;
    this.msisdn = msisdn;
    this.#now([]);
    this.#ask();
    return true;
  }

  opened(message) {
    this.read.add(message.id);
    this.#draw();
  }

  async #ask() {
    const msisdn = this.msisdn;
    if (!msisdn || document.visibilityState !== "visible" || this.asking === msisdn) return;
    this.asking = msisdn;
    try {
      const answer = await fetch(`/simulator/inbox?msisdn=${encodeURIComponent(msisdn)}`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const silent = !answer.ok || answer.headers.has("Jigi-Gateway");
      const messages = silent ? null : (await answer.json()).reverse();
      if (msisdn === this.msisdn) this.#heard(messages);
    } catch {
      if (msisdn === this.msisdn) this.#heard(null);
    } finally {
      if (this.asking === msisdn) this.asking = "";
    }
  }

  /** What was there is kept while nobody answers. */
  #heard(messages) {
    by("sms-silent").hidden = messages !== null;
    if (messages === null || ids(messages) === ids(this.messages)) return;
    this.#now(messages);
  }

  #now(messages) {
    this.messages = messages;
    const fresh = messages.filter((message) => !this.seen.has(message.id) && this.seen.add(message.id));
    this.#draw();
    this.changed(fresh);
  }

  #draw() {
    by("sms-empty").hidden = this.messages.length > 0;
    by("sms-list").replaceChildren(...this.messages.map((message) => this.#entry(message)));
  }

  #entry(message) {
    const entry = document.createElement("li");
    entry.classList.toggle("new", !this.read.has(message.id));
    const words = Object.assign(document.createElement("p"), { textContent: message.text });
    const aside = `${message.from} · ${when(message)} · ${measured(this.measure(message.text))}`;
    entry.append(words, Object.assign(document.createElement("small"), { textContent: aside }));
    return entry;
  }
}

const ids = (messages) => messages.map((message) => message.id).join();

/** The hour, and the day when it is not today. */
export function when({ at }) {
  const time = new Date(at);
  const hour = time.toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
  if (time.toDateString() === new Date().toDateString()) return hour;
  return `${time.toLocaleDateString("fr", { day: "numeric", month: "short" })} ${hour}`;
}

export const measured = ({ used, unit, parts }) => `${used} ${unit} · ${parts} SMS`;
