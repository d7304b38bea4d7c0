// The reply as a phone will show it, while it is written: the server renders it with the notifier's own code.
"use strict";
const form = document.getElementById("reply-form");
const words = document.getElementById("words");
const count = document.getElementById("count");
const trouble = document.getElementById("trouble");
const phone = document.getElementById("phone");
const prepared = document.getElementById("prepared");
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

words.addEventListener("input", later);
for (const choice of form.querySelectorAll("[name=decision]")) choice.addEventListener("change", look);
document.getElementById("see").hidden = true;
if (prepared) {
  document.getElementById("put").hidden = true;
  prepared.addEventListener("change", () => {
    const text = prepared.selectedOptions[0].dataset.text;
    if (text) {
      words.value = text;
      look();
    }
  });
}
look();
