/* The telephone itself: its screen, its keys, and the computer's keyboard playing them. */

const KEYS = [
  ["1", ""], ["2", "abc"], ["3", "def"],
  ["4", "ghi"], ["5", "jkl"], ["6", "mno"],
  ["7", "pqrs"], ["8", "tuv"], ["9", "wxyz"],
  ["*", ""], ["0", "+"], ["#", ""],
];
const SPOKEN = { "*": "étoile", "#": "dièse" };

const by = (id) => document.getElementById(id);

export class Handset {
  /** `on` has `dial(code)`, `reply(text)`, `hangUp()`, `dismiss()`; the soft keys' words say which one they are. */
  constructor(on) {
    this.on = on;
    this.view = "idle";
    this.composed = "";
    this.soft = {};
    this.#drawPad();
    this.#wire();
    this.#tick();
    setInterval(() => this.#tick(), 1000);
  }

  ownNumber(text) {
    by("own-number").textContent = text;
  }

  invite(code) {
    this.usualCode = code;
    by("invite").textContent = `Touche verte\u202f: ${code}`;
  }

  showIdle() {
    this.composed = "";
    by("composed").textContent = "";
    by("invite").hidden = false;
    this.#show("idle");
  }

  showBusy(text) {
    by("busy-text").textContent = text;
    this.#show("busy");
  }

  /** A page that waits for a reply. */
  showQuestion(text) {
    this.#popup(text, { left: ["Envoyer", () => this.#send()], right: ["Annuler", () => this.on.hangUp()] });
    by("reply").hidden = false;
    this.#focusReply();
  }

  /** The last page of a session. */
  showLast(text) {
    this.#popup(text, { left: ["OK", () => this.on.dismiss()] });
    by("reply").hidden = true;
    by("soft-left").focus({ preventScroll: true });
  }

  /** The network's own words, with an offer to dial again. */
  showNetwork(text, again) {
    this.#popup(text, { left: ["Recomposer", again], right: ["Fermer", () => this.on.dismiss()] });
    by("popup").classList.add("network");
    by("reply").hidden = true;
    by("soft-left").focus({ preventScroll: true });
  }

  /** Back to the reply being written, after a click elsewhere. */
  resume() {
    if (this.asking) this.#focusReply();
  }

  #popup(text, soft) {
    this.soft = soft;
    by("popup").classList.remove("network");
    by("popup-text").textContent = text;
    by("popup-text").scrollTop = 0;
    by("reply").value = "";
    by("soft-left").textContent = soft.left[0];
    by("soft-right").hidden = !soft.right;
    by("soft-right").textContent = soft.right ? soft.right[0] : "";
    this.#show("popup");
  }

  #show(view) {
    this.view = view;
    const held = document.activeElement;
    if (view !== "popup" && by("popup").contains(held)) held.blur();
    for (const name of ["idle", "busy", "popup"]) by(name).hidden = name !== view;
  }

  get asking() {
    return this.view === "popup" && !by("reply").hidden;
  }

  #send() {
    const words = by("reply").value.trim();
    if (words === "") return this.#focusReply();
    this.on.reply(words);
  }

  #focusReply() {
    if (matchMedia("(pointer: fine)").matches) by("reply").focus({ preventScroll: true });
  }

  press(key) {
    if (this.asking) {
      const field = by("reply");
      if (field.value.length >= field.maxLength) return;
      field.value += key;
      field.scrollLeft = field.scrollWidth;
      return;
    }
    if (this.view === "idle") this.#compose(this.composed + key);
  }

  clear() {
    if (this.asking) {
      by("reply").value = by("reply").value.slice(0, -1);
      return;
    }
    if (this.view === "idle") this.#compose(this.composed.slice(0, -1));
  }

  call() {
    if (this.view === "popup") return this.soft.left[1]();
    if (this.view === "idle") this.on.dial(this.composed || this.usualCode);
  }

  end() {
    if (this.view === "idle") return this.#compose("");
    if (this.view === "popup" && !this.asking) return this.on.dismiss();
    this.on.hangUp();
  }

  #compose(text) {
    this.composed = text.slice(0, 40);
    by("composed").textContent = this.composed;
    by("invite").hidden = this.composed !== "";
  }

  #tick() {
    const now = new Date();
    const write = (id, text) => {
      if (by(id).textContent !== text) by(id).textContent = text;
    };
    write("clock", now.toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" }));
    write("date", now.toLocaleDateString("fr", { weekday: "long", day: "numeric", month: "long" }));
  }

  #drawPad() {
    for (const [key, letters] of KEYS) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.key = key;
      button.setAttribute("aria-label", SPOKEN[key] ?? key);
      button.append(key);
      const small = document.createElement("small");
      small.textContent = letters;
      button.append(small);
      by("pad").append(button);
    }
  }

  #wire() {
    // Pressing a drawn key must not take the focus away from the reply being written.
    by("phone").addEventListener("mousedown", (event) => {
      if (event.target.closest(".keys button")) event.preventDefault();
    });
    by("pad").addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.key;
      if (key) this.press(key);
    });
    by("call-key").addEventListener("click", () => this.call());
    by("clear-key").addEventListener("click", () => this.clear());
    by("end-key").addEventListener("click", () => this.end());
    by("popup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.soft.left[1]();
    });
    by("soft-right").addEventListener("click", () => this.soft.right[1]());
    document.addEventListener("keydown", (event) => this.#typed(event));
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (at === by("reply")) {
      if (event.key === "Escape") this.#play("end-key", () => this.end());
      return;
    }
    if (at.matches("input:not([type=radio])")) return;
    if (at.closest("button, summary, a") && (event.key === "Enter" || event.key === " ")) return;
    if (event.key === "Enter") return this.#play("call-key", () => this.call(), event);
    if (event.key === "Escape") return this.#play("end-key", () => this.end(), event);
    if (event.key === "Backspace") return this.#play("clear-key", () => this.clear(), event);
    if (/^[0-9*#]$/.test(event.key)) return this.#play(event.key, () => this.press(event.key), event);
    if (this.asking && event.key.length === 1 && event.key !== " ") by("reply").focus();
  }

  #play(key, action, event) {
    event?.preventDefault();
    const button = by(key) ?? by("pad").querySelector(`[data-key="${key}"]`);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 130);
    action();
  }
}
