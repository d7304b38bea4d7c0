/* The telephone's SMS: what arrives, the list, one message, and a few words to the short code. */

import { Inbox, measured, when } from "./inbox.js";

const by = (id) => document.getElementById(id);
const count = (n, one, many) => `${n} ${n > 1 ? many : one}`;

export class Messages {
  /** `dismiss()` goes back to the idle screen, `said(msisdn, words, tone)` writes in the journal. */
  constructor({ handset, measure, shortCode, dismiss, said }) {
    Object.assign(this, { handset, measure, shortCode, dismiss, said });
    this.fresh = [];
    this.where = "";
    this.page = null;
    this.inbox = new Inbox(measure, (fresh) => this.#changed(fresh));
    by("idle-keys").hidden = false;
    by("sms-keys").hidden = false;
    by("open-messages").addEventListener("click", () => this.list());
    by("open-letter").addEventListener("click", () => this.write());
    by("letter").addEventListener("input", () => this.#weigh());
  }

  /** The phone in hand. */
  of(msisdn) {
    const shown = this.#shown;
    if (!this.inbox.of(msisdn)) return;
    this.fresh = [];
    if (shown) this.dismiss();
  }

  /** The phone is idle: what came meanwhile may be announced. */
  idle() {
    const { messages, read } = this.inbox;
    this.fresh = messages.filter((message) => this.fresh.some(({ id }) => id === message.id) && !read.has(message.id));
    if (this.fresh.length === 0 || !this.#free) return;
    const [newest] = this.fresh;
    const some = this.fresh.length > 1;
    this.#show("arrival", {
      arrival: true,
      meta: [count(this.fresh.length, "message reçu", "messages reçus")],
      text: `${newest.from} · ${when(newest)}\n${newest.text}`,
      soft: {
        left: ["Lire", () => (some ? this.list() : this.open(newest))],
        right: ["Fermer", () => this.#close()],
        end: () => this.#close(),
      },
    });
  }

  list() {
    this.fresh = [];
    const { messages, unread } = this.inbox;
    const none = messages.length === 0;
    this.#show("list", {
      meta: ["Messages", unread ? count(unread, "non lu", "non lus") : ""],
      text: none ? "Aucun message." : "",
      rows: messages.map((message) => ({
        id: message.id,
        strong: !this.inbox.read.has(message.id),
        words: [message.from, when(message), message.text],
        open: () => this.open(message),
      })),
      soft: {
        left: none ? ["Écrire", () => this.write()] : ["Lire", () => this.handset.openRow()],
        right: ["Retour", () => this.#close()],
        back: () => this.#close(),
      },
    });
  }

  open(message) {
    this.inbox.opened(message);
    this.#count();
    this.#show("message", {
      meta: [message.from, when(message)],
      text: message.text,
      foot: measured(this.measure(message.text)),
      soft: {
        left: ["Répondre", () => this.write()],
        right: ["Retour", () => this.list()],
        back: () => this.list(),
      },
    });
  }

  write(words = "") {
    this.#show("letter", {
      meta: [`À\u202f: ${this.shortCode}`],
      letter: words,
      soft: { left: ["Envoyer", () => this.#send()], right: ["Annuler", () => this.#close()] },
    });
    this.#weigh();
  }

  async #send() {
    const text = by("letter").value.trim();
    if (text === "") return this.handset.resume();
    const { msisdn } = this.inbox;
    const sent = await this.#sent({ msisdn, text });
    this.said(msisdn, `SMS au ${this.shortCode}\u202f: ${text}${sent ? "" : " (non envoyé)"}`, sent ? "" : "bad");
    if (msisdn !== this.inbox.msisdn || !this.handset.busy) return;
    this.#show("sent", {
      network: true,
      text: sent ? `Message envoyé au ${this.shortCode}.` : "Message non envoyé.",
      soft: sent
        ? { left: ["OK", () => this.#close()] }
        : { left: ["Réessayer", () => this.write(text)], right: ["Fermer", () => this.#close()] },
    });
  }

  async #sent(words) {
    this.handset.showBusy("Envoi du message…");
    try {
      const answer = await fetch("/simulator/write", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(words),
        signal: AbortSignal.timeout(15000),
      });
      return answer.ok;
    } catch {
      return false;
    }
  }

  #weigh() {
    const { used, room, parts } = this.measure(by("letter").value);
    by("popup-foot").textContent = `${used}/${room} · ${parts} SMS`;
  }

  #changed(fresh) {
    this.fresh = [...fresh, ...this.fresh];
    this.#count();
    if (this.#shown && this.where === "list") this.list();
    else this.idle();
  }

  #count() {
    const { unread } = this.inbox;
    by("unread").hidden = unread === 0;
    by("unread").setAttribute("aria-label", count(unread, "message non lu", "messages non lus"));
    by("unread-count").textContent = unread;
    by("open-messages").textContent = unread ? `Messages (${unread})` : "Messages";
  }

  /** Nothing else is being done on the phone. */
  get #free() {
    return this.handset.resting || (this.#shown && this.where === "arrival");
  }

  get #shown() {
    return this.page !== null && this.handset.page === this.page;
  }

  #show(where, page) {
    this.where = where;
    this.page = page;
    this.handset.showPage(page);
  }

  #close() {
    this.fresh = [];
    this.dismiss();
  }
}
