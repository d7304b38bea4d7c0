/* The page: callers, phone, measures and incidents around one call at a time. */

import { smsMeter, weigher } from "./alphabet.js";
import { Call } from "./call.js";
import { Handset } from "./handset.js";
import { Journal } from "./journal.js";
import { Messages } from "./messages.js";
import { showGateways } from "./gateways.js";

const by = (id) => document.getElementById(id);
const line = JSON.parse(by("line").textContent);
const weigh = weigher(line.alphabet);
const NETWORK_FAULT = "Problème de connexion ou code IHM non valide.";
const EXPIRY_SECONDS = 180;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const journal = new Journal();
const handset = new Handset({ dial, reply, hangUp, dismiss, letterKey });
const messages = line.sms
  ? new Messages({
      handset,
      measure: smsMeter(line.sms),
      shortCode: line.sms.shortCode,
      dismiss,
      said: (msisdn, words, tone) => journal.note(`${local(msisdn)}, ${words}`, tone),
    })
  : null;
let call = null;
let busy = false;
if (line.sms) showGateways();

/* The callers */

function drawCallers() {
  line.phones.forEach((phone, index) => {
    const label = document.createElement("label");
    label.className = "caller";
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "caller", value: phone.msisdn });
    radio.checked = index === 0;
    const what = Object.assign(document.createElement("span"), { className: "what", textContent: phone.label });
    const number = Object.assign(document.createElement("span"), { className: "digits", textContent: local(phone.msisdn) });
    label.append(radio, what, number);
    by("caller-list").append(label);
  });
  if (line.phones.length === 0) by("other-caller").checked = true;
  by("other-msisdn").addEventListener("focus", () => {
    by("other-caller").checked = true;
    callerChosen();
  });
  by("other-msisdn").addEventListener("input", callerChosen);
  by("caller-list").closest("fieldset").addEventListener("change", callerChosen);
  if (matchMedia("(max-width: 1080px)").matches) by("callers").open = false;
  callerChosen();
}

/** The gateways to dial through, where there are several. */
function drawGateways() {
  by("by-label").hidden = line.gateways.length < 2;
  for (const gateway of line.gateways) by("by").add(new Option(gateway.name, gateway.callback));
  by("by").value = line.callback;
  by("by").addEventListener("change", () => {
    line.callback = by("by").value;
  });
}

function local(msisdn) {
  const malian = /^\+223(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(msisdn);
  return malian ? malian.slice(1).join(" ") : msisdn;
}

/** The chosen caller in E.164, or "" when what was typed is no number. */
function caller() {
  const chosen = document.querySelector("input[name=caller]:checked");
  if (chosen && chosen.value) return chosen.value;
  const typed = by("other-msisdn").value.replace(/[\s.()-]/g, "").replace(/^00/, "+");
  if (/^\d{8}$/.test(typed)) return `+223${typed}`;
  return /^\+[1-9]\d{7,14}$/.test(typed) ? typed : "";
}

function callerChosen() {
  const msisdn = caller();
  const phone = line.phones.find((one) => one.msisdn === msisdn);
  by("msisdn-fault").textContent = "";
  by("known").textContent = phone?.hint ?? "";
  by("chosen").textContent = phone ? phone.label : msisdn || "Un autre numéro";
  if (call?.open) return;
  handset.ownNumber(msisdn ? local(msisdn) : "–");
  messages?.of(msisdn);
}

/* The call */

/** What follows the service code: "" for the code alone, "1*2" for a deep code, null for another code. */
function deepPart(code) {
  const root = line.serviceCode.replace(/#$/, "");
  if (code === line.serviceCode) return "";
  if (code.startsWith(`${root}*`) && code.endsWith("#")) return code.slice(root.length + 1, -1);
  return null;
}

async function dial(code) {
  if (busy) return;
  const msisdn = caller();
  if (!msisdn) {
    by("callers").open = true;
    by("other-msisdn").focus();
    by("msisdn-fault").textContent = "Ce numéro n’en est pas un. Exemple\u202f: +223 76 12 34 56";
    return;
  }
  if (call?.open) leave("Incomplete");
  const deep = deepPart(code);
  if (deep === null) {
    handset.showNetwork(`${NETWORK_FAULT}\n\nIci, le code est ${line.serviceCode}`, redial);
    return;
  }
  call = new Call(line, msisdn);
  handset.ownNumber(local(msisdn));
  say("");
  journal.opens(local(msisdn), code);
  await hop(call, () => call.dial(deep));
}

async function reply(words) {
  if (busy || !call?.open) return;
  journal.person(words);
  await hop(call, () => call.reply(words));
}

const redial = () => dial(line.serviceCode);

/** One exchange with the line. A call left while it waited is not shown any more. */
async function hop(current, post) {
  working(true);
  handset.showBusy("Exécution du code USSD…");
  try {
    const page = await post();
    if (call !== current || !current.open) return;
    measured(page);
    journal.line(page.text, measures(page));
    if (page.ends) {
      handset.showLast(page.text);
      leave("Success");
    } else {
      handset.showQuestion(page.text);
    }
  } catch (failure) {
    if (call !== current || !current.open) return;
    measured(failure.hop);
    journal.note(failure.message, "bad");
    handset.showNetwork(NETWORK_FAULT, redial);
    leave("Failed", failure.message);
  } finally {
    if (call === current) working(false);
  }
}

/** The session is over; the gateway says so to the application. */
async function leave(status, errorMessage) {
  const ended = call;
  const answered = ended.event(status, errorMessage);
  offer();
  const code = await answered;
  if (code === 0) journal.note("Fin de session\u202f: le serveur ne répond pas.", "bad");
  else if (code >= 400) journal.note(`Fin de session refusée\u202f: HTTP ${code}.`, "bad");
}

function hangUp() {
  if (call?.open) {
    journal.note("L’appelant a raccroché.");
    leave("Incomplete");
  }
  working(false);
  dismiss();
}

function dismiss() {
  handset.showIdle();
  callerChosen();
  messages?.idle();
}

function letterKey(key) {
  if (!messages || !["m", "e"].includes(key)) return false;
  if (key === "m") messages.list();
  else messages.write();
  return true;
}

/* Incidents */

function drop() {
  journal.note("Appel coupé par le réseau.", "bad");
  say("Appel coupé. Recomposez pour voir la reprise.");
  leave("Incomplete", "Call dropped");
  working(false);
  handset.showNetwork("Appel interrompu.", redial);
}

async function repeat() {
  const current = call;
  working(true);
  say("Même requête envoyée…");
  try {
    const { hop: again, same } = await current.repeat();
    const words = same ? `Réponse identique, en ${milliseconds(again)} ms.` : "Réponse différente\u202f!";
    say(words, same ? "good" : "bad");
    journal.note(`Requête répétée. ${words}`, same ? "good" : "bad");
    if (!same) journal.line(again.text, measures(again));
  } catch (failure) {
    say(failure.message, "bad");
    journal.note(`Requête répétée. ${failure.message}`, "bad");
  } finally {
    if (call === current) working(false);
    handset.resume();
  }
}

async function expire() {
  const current = call;
  working(true);
  for (let second = 0; second <= EXPIRY_SECONDS; second += 6) {
    handset.showBusy(`Sans réponse depuis ${second} s`);
    await pause(45);
    if (!current.open) return;
  }
  journal.note(`Session expirée\u202f: ${EXPIRY_SECONDS} s sans réponse.`, "bad");
  say("Session fermée par la passerelle. Recomposez pour voir la suite.");
  leave("Failed", "Session timed out");
  working(false);
  handset.showNetwork("Délai dépassé. La session est fermée.", redial);
}

function say(text, tone = "") {
  by("outcome").textContent = text;
  by("outcome").className = `outcome ${tone}`;
}

function working(now) {
  busy = now;
  offer();
}

function offer() {
  by("drop").disabled = !call?.open;
  by("expire").disabled = busy || !call?.open;
  by("repeat").disabled = busy || !call?.last;
}

/* Measures */

const milliseconds = (page) => (page.ms < 10 ? page.ms.toFixed(1).replace(".", ",") : String(Math.round(page.ms)));
const measures = (page) => `${weigh(page.text).used} ${line.alphabet.unit} · ${milliseconds(page)} ms`;

function measured(page) {
  const { used, foreign } = weigh(page.text ?? "");
  const { budget, aim } = line.alphabet;
  by("used").textContent = page.text === undefined ? "–" : used;
  by("took").textContent = milliseconds(page);
  by("hop").textContent = page.number;
  by("meter").className = `meter ${used > budget ? "over" : used > aim ? "tight" : ""}`;
  by("meter").firstElementChild.style.width = `${Math.min(100, (100 * used) / budget)}%`;
  by("foreign").textContent = foreign.length ? `Hors de l’alphabet GSM\u202f: ${foreign.join(" ")}` : "";
  by("sent").textContent = page.form.get("text") || "(vide)";
  by("raw-request").textContent = `POST ${line.callback}\n\n${[...page.form].map(([k, v]) => `${k}=${v}`).join("\n")}`;
  by("raw-answer").textContent = page.raw || "(rien)";
}

/* Wiring */

by("drop").addEventListener("click", drop);
by("repeat").addEventListener("click", repeat);
by("expire").addEventListener("click", expire);
by("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  dial(by("code").value.replace(/\s/g, ""));
});
by("code").value = line.serviceCode;
const deepExample = line.serviceCode.replace(/#$/, "*1#");
by("deep-example").textContent = deepExample;
by("deep-example").addEventListener("click", () => {
  by("code").value = deepExample;
  dial(deepExample);
});
by("budget").textContent = `/ ${line.alphabet.budget} ${line.alphabet.unit}`;
handset.invite(line.serviceCode);
handset.showIdle();
drawCallers();
drawGateways();
