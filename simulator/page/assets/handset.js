/* The telephone itself: its screen, its keys, and the computer's keyboard playing them. */

const KEYS = [
  ["1", ""], ["2", "abc"], ["3", "def"],
  ["4", "ghi"], ["5", "jkl"], ["6", "mno"],
  ["7", "pqrs"], ["8", "tuv"], ["9", "wxyz"],
  ["*", ""], ["0", "+"], ["#", ""],
];
const SPOKEN = { "*": "étoile", "#": "dièse" };

const by = (id) => document.getElementById(id);
const span = (words) => Object.assign(document.createElement("span"), { textContent: words });

function row({ id, words, strong, open }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: strong ? "strong" : "" });
  button.dataset.id = id;
  button.append(...words.map(span));
  button.addEventListener("click", open);
  const line = document.createElement("li");
  line.append(button);
  return line;
}

export class Handset {
  /**
   * `on` has `dial(code)`, `reply(text)`, `hangUp()`, `dismiss()`, and `letterKey(key)` for a letter typed while idle:
   * true when it did something.
   */
  constructor(on) {
    this.on = on;
    this.page = null;
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
    const soft = { left: ["Envoyer", () => this.#send()], right: ["Annuler", () => this.on.hangUp()] };
    this.showPage({ text, reply: true, soft });
  }

  /** The last page of a session. */
  showLast(text) {
    this.showPage({ text, soft: { left: ["OK", () => this.on.dismiss()] } });
    by("soft-left").focus({ preventScroll: true });
  }

  /** The network's own words, with an offer to dial again. */
  showNetwork(text, again) {
    const soft = { left: ["Recomposer", again], right: ["Fermer", () => this.on.dismiss()] };
    this.showPage({ text, network: true, soft });
    by("soft-left").focus({ preventScroll: true });
  }

  /**
   * One page over the whole screen: a `text`, `rows` to choose from (`id`, `words`, `strong`, `open()`), a `reply` or a
   * `letter` to write, with `meta` words above and a `foot` below. `soft` has the keys under it (their words and what
   * they do), `back` what C does, and `end` what the red key does when it does more than dismiss.
   */
  showPage(page) {
    const { meta = [], text = "", rows = [], foot = "" } = page;
    this.#show("popup");
    this.page = page;
    this.soft = page.soft;
    by("popup").classList.toggle("network", page.network === true);
    by("popup").classList.toggle("arrival", page.arrival === true);
    by("popup-meta").replaceChildren(...meta.map(span));
    by("popup-text").textContent = text;
    by("popup-text").hidden = text === "";
    by("popup-text").scrollTop = 0;
    this.#drawRows(rows);
    by("popup-foot").textContent = foot;
    by("reply").value = "";
    by("reply").hidden = !page.reply;
    by("letter").value = page.letter ?? "";
    by("letter").hidden = page.letter === undefined;
    by("soft-left").textContent = this.soft.left[0];
    by("soft-right").hidden = !this.soft.right;
    by("soft-right").textContent = this.soft.right ? this.soft.right[0] : "";
    this.#focusReply();
  }

  #drawRows(rows) {
    const list = by("popup-rows");
    const held = list.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    const free = document.activeElement === document.body || by("phone").contains(document.activeElement);
    list.hidden = rows.length === 0;
    list.replaceChildren(...rows.map(row));
    if (free) ([...list.children].find((one) => one.firstChild.dataset.id === held) ?? list.firstChild)?.firstChild.focus();
  }

  /** Open the row that is chosen, or the first. */
  openRow() {
    const rows = by("popup-rows");
    const chosen = rows.contains(document.activeElement) ? document.activeElement : rows.querySelector("button");
    chosen?.click();
  }

  #moveRow(step) {
    const rows = [...by("popup-rows").querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement) + step;
    rows[Math.max(0, Math.min(at, rows.length - 1))]?.focus();
  }

  /** Back to what is being written, after a click elsewhere. */
  resume() {
    if (this.asking) this.#focusReply();
  }

  #show(view) {
    this.view = view;
    this.page = null;
    const held = document.activeElement;
    if (view !== "popup" && by("popup").contains(held)) held.blur();
    for (const name of ["idle", "busy", "popup"]) by(name).hidden = name !== view;
  }

  /** What is being written in, if anything is. */
  get field() {
    return ["reply", "letter"].map(by).find((field) => this.view === "popup" && !field.hidden);
  }

  get asking() {
    return this.field !== undefined;
  }

  /** The idle screen, and no code begun. */
  get resting() {
    return this.view === "idle" && this.composed === "";
  }

  get busy() {
    return this.view === "busy";
  }

  #send() {
    const words = by("reply").value.trim();
    if (words === "") return this.#focusReply();
    this.on.reply(words);
  }

  #focusReply() {
    if (matchMedia("(pointer: fine)").matches) this.field?.focus({ preventScroll: true });
  }

  press(key) {
    const { field } = this;
    if (field) {
      if (field.value.length >= field.maxLength) return;
      this.#write(field, field.value + key);
      return;
    }
    if (this.view === "idle") this.#compose(this.composed + key);
    if (this.view === "popup") by("popup-rows").querySelectorAll("button")[key - 1]?.click();
  }

  clear() {
    const { field } = this;
    if (field) {
      this.#write(field, field.value.slice(0, -1));
      return;
    }
    if (this.view === "idle") this.#compose(this.composed.slice(0, -1));
    if (this.view === "popup") this.soft.back?.();
  }

  #write(field, text) {
    field.value = text;
    field.scrollLeft = field.scrollWidth;
    field.scrollTop = field.scrollHeight;
    field.dispatchEvent(new Event("input"));
  }

  call() {
    if (this.view === "popup") return this.soft.left[1]();
    if (this.view === "idle") this.on.dial(this.composed || this.usualCode);
  }

  end() {
    if (this.view === "idle") return this.#compose("");
    if (this.view === "popup" && !this.asking) return (this.soft.end ?? this.on.dismiss)();
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
    if (at === this.field) {
      if (event.key === "Escape") this.#play("end-key", () => this.end());
      if (at === by("letter") && event.key === "Enter" && !event.shiftKey) this.#play("call-key", () => this.call(), event);
      return;
    }
    if (at.matches("input:not([type=radio]), textarea")) return;
    if (at.closest("button, summary, a") && (event.key === "Enter" || event.key === " ")) return;
    if (event.key === "Enter") return this.#play("call-key", () => this.call(), event);
    if (event.key === "Escape") return this.#play("end-key", () => this.end(), event);
    if (event.key === "Backspace") return this.#play("clear-key", () => this.clear(), event);
    if (/^[0-9*#]$/.test(event.key)) return this.#play(event.key, () => this.press(event.key), event);
    if (this.asking && event.key.length === 1 && event.key !== " ") return this.field.focus();
    if (this.view === "popup") this.#turn(event);
    // The letter itself must not be typed in what it opens.
    if (this.view === "idle" && this.on.letterKey(event.key.toLowerCase())) event.preventDefault();
  }

  #turn(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (by("popup-rows").hidden) by("popup-text").scrollBy(0, step * 38);
    else this.#moveRow(step);
  }

  #play(key, action, event) {
    event?.preventDefault();
    const button = by(key) ?? by("pad").querySelector(`[data-key="${key}"]`);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 130);
    action();
  }
}
