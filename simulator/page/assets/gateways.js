/* The stand-in gateways: what each took, and a switch to turn one off. */

const LOOK_MS = 2000;
const by = (id) => document.getElementById(id);

export function showGateways() {
  by("gateways-panel").hidden = false;
  look();
  setInterval(look, LOOK_MS);
}

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch("/simulator/gateways");
    if (answer.ok) draw(await answer.json());
  } catch {
    /* asked again soon */
  }
}

function draw(gateways) {
  const list = by("gateway-list");
  for (const each of gateways) {
    const row = list.querySelector(`[data-name="${each.name}"]`) ?? made(list, each.name);
    row.querySelector("b").textContent = `${each.name} : ${each.reached ? (each.on ? "en service" : "coupée") : "ne répond pas"}`;
    row.querySelector("span").textContent = `${each.taken} SMS pris. ${each.on ? "Couper" : "Remettre en service"}`;
    row.setAttribute("aria-pressed", String(each.on));
    row.disabled = !each.reached;
  }
}

function made(list, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.name = name;
  button.append(document.createElement("b"), document.createElement("span"));
  button.addEventListener("click", () => turn(name, button.getAttribute("aria-pressed") !== "true"));
  list.append(button);
  return button;
}

async function turn(name, on) {
  await fetch("/simulator/gateways", { method: "POST", body: JSON.stringify({ name, on }) }).catch(() => null);
  await look();
}
