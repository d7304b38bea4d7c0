/* What was said on the line, beside the phone. */

const by = (id) => document.getElementById(id);

export class Journal {
  constructor() {
    this.lines = [];
    by("clear-journal").addEventListener("click", () => this.#empty());
    by("copy-journal").addEventListener("click", () => this.#copy());
  }

  /** A new call: who dials what. */
  opens(msisdn, code) {
    const time = new Date().toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
    this.#write("opening", `${msisdn} compose ${code}`, time);
  }

  person(text) {
    this.#write("person", text);
  }

  line(text, measures) {
    this.#write("line", text, measures);
  }

  /** Something that happened; `tone` is "", "good" or "bad". */
  note(text, tone = "") {
    this.#write(`note ${tone}`, text);
  }

  #write(kind, text, aside = "") {
    const entry = document.createElement("li");
    entry.className = kind;
    const words = document.createElement("p");
    words.textContent = text;
    entry.append(words);
    if (aside) {
      const small = document.createElement("small");
      small.textContent = aside;
      entry.append(small);
    }
    const list = by("journal");
    list.append(entry);
    list.scrollTop = list.scrollHeight;
    this.lines.push(plainly(kind, text, aside));
    this.#offer(true);
  }

  #offer(some) {
    by("journal-empty").hidden = some;
    by("copy-journal").hidden = !some;
    by("clear-journal").hidden = !some;
  }

  #empty() {
    by("journal").replaceChildren();
    this.lines = [];
    this.#offer(false);
  }

  async #copy() {
    const button = by("copy-journal");
    try {
      await navigator.clipboard.writeText(this.lines.join("\n"));
      button.textContent = "Copié";
    } catch {
      button.textContent = "Copie refusée";
    }
    setTimeout(() => (button.textContent = "Copier"), 1500);
  }
}

function plainly(kind, text, aside) {
  if (kind === "opening") return `\n== ${aside} ${text}`;
  if (kind === "person") return `> ${text}`;
  if (kind === "line") return `${text}\n   (${aside})`;
  return `-- ${text}`;
}
