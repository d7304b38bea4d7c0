// The reply as a phone will show it, while it is written: the server renders it with the notifier's own code.
"use strict";
const form = document.getElementById("reply-form");
const words = document.getElementById("words");
const count = document.getElementById("count");
const trouble = document.getElementById("trouble");
const phone = document.getElementById("phone");
const meaning = document.getElementById("meaning");
const prepared = document.getElementById("prepared");
const sends = form.querySelectorAll("[data-question]");
let timer = 0;
let asked = 0;

async function look() {
  const mine = ++asked;
  if (!words.value.trim()) {
    count.textContent = trouble.textContent = phone.textContent = "";
    return;
  }
  const data = new FormData(form);
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!answer.ok || mine !== asked) return;
    const sms = await answer.json();
    trouble.textContent = sms.trouble;
    count.textContent = sms.body ? `${sms.size} signes · ${sms.parts} SMS` : sms.why;
    phone.textContent = "";
    if (!sms.body) return;
    const figure = document.createElement("figure");
    figure.className = "phone";
    const caption = document.createElement("figcaption");
    caption.textContent = "Le SMS sur son téléphone";
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    bubble.textContent = sms.body;
    figure.append(caption, bubble);
    phone.append(figure);
  } catch {
    count.textContent = "";
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, 350);
}

// A prepared answer that stands as it is was thought over when it was written: only other words are asked about.
function ask(asks) {
  for (const send of sends) {
    if (asks) send.dataset.ask = send.dataset.question;
    else delete send.dataset.ask;
  }
}

function put(choice) {
  words.value = choice.dataset.text;
  meaning.textContent = choice.dataset.meaning ? `En français : ${choice.dataset.meaning}` : "";
  for (const each of prepared.elements) each.removeAttribute("aria-current");
  choice.setAttribute("aria-current", "true");
  words.dispatchEvent(new Event("input", { bubbles: true }));
  ask(false);
  look();
  sends[0].focus({ preventScroll: true });
}

words.addEventListener("input", () => {
  const whole = prepared?.querySelector("[aria-current]");
  if (!whole || words.value !== whole.dataset.text) {
    meaning.textContent = "";
    ask(true);
  }
  later();
});
for (const choice of form.querySelectorAll("[name=decision]")) choice.addEventListener("change", look);
document.getElementById("see").hidden = true;
prepared?.addEventListener("submit", (event) => {
  if (!event.submitter) return;
  event.preventDefault();
  put(event.submitter);
});
if (prepared?.querySelector("[aria-current]")?.dataset.text === words.value) ask(false);
look();
