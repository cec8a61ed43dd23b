// Comforts on top of pages that work without script: keys, quick phrases, file names,
// and forms that follow their conditions without the update button.
document.documentElement.classList.add("js");

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function move(step) {
  const rows = [...document.querySelectorAll(".tk tbody tr")];
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.querySelector(".t a")?.click();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  c: () => document.querySelector("button[data-key=c]")?.click(),
  "/": () => document.querySelector(".search input[type=search]")?.focus(),
};

addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === "Enter") {
    const form = event.target.closest("form") ?? document.querySelector("form.task");
    const button = form?.querySelector("button[data-submit]");
    if (button) form.requestSubmit(button);
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

addEventListener("click", (event) => {
  const phrase = event.target.closest("[data-fill]");
  if (phrase) {
    const field = document.getElementById(phrase.dataset.fill);
    field.value = field.value ? `${field.value}；${phrase.textContent}` : phrase.textContent;
    field.focus();
  }
  for (const open of document.querySelectorAll(".filters details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll(".filters details[open]")) open.open = false;
  }
});

addEventListener("change", (event) => {
  const { target } = event;
  if (target.type === "file") {
    const told = target.parentElement.querySelector(".pick b");
    const names = [...target.files].map((file) => file.name).join("、");
    if (told && names) told.textContent = names;
  } else if (target.form?.querySelector("button[name=_refresh]")) {
    redraw(target.form, target.id);
  }
});

// Draw the form again as the server sees it now, and keep the reader's place. Files cannot be
// kept by a page, so a form with chosen files is left to its button.
async function redraw(form, focused, data = new FormData(form)) {
  if ([...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  data.set("_refresh", "1");
  const response = await fetch(form.action, { method: "POST", body: data });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(`[data-form="${form.querySelector("[data-form]").dataset.form}"]`);
  if (!fresh) return;
  const nonce = document.querySelector("script[nonce]")?.nonce;
  for (const style of fresh.querySelectorAll("style")) style.nonce = nonce ?? "";
  form.querySelector("[data-form]").replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
  return true;
}

// What was filled in and not submitted survives a reload, another page and an expired login: in
// this tab only, for the same person only, and gone with signing out. The server draws it again.
const DRAFT = "draft:";
const keyOf = (form) => DRAFT + form.dataset.draft;

function dropDrafts(unwanted) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(DRAFT) && unwanted(key)) sessionStorage.removeItem(key);
  }
}

function keepDraft(form) {
  const filled = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && name !== "csrf_token" && !name.startsWith("_"),
  );
  sessionStorage.setItem(keyOf(form), JSON.stringify(filled));
}

async function restoreDraft(form) {
  const kept = sessionStorage.getItem(keyOf(form));
  if (!kept || form.hasAttribute("data-given")) return;
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  for (const [name, value] of JSON.parse(kept)) data.append(name, value);
  if (await redraw(form, "", data)) form.querySelector("[data-restored]").hidden = false;
}

const drafted = [...document.querySelectorAll("form[data-draft]")];
const done = new URLSearchParams(location.search).get("done");
if (done) dropDrafts((key) => done === "1" || key.endsWith(`:${done}`));
if (drafted.length) {
  const [person] = drafted[0].dataset.draft.split(":");
  dropDrafts((key) => !key.startsWith(`${DRAFT}${person}:`));
}
for (const form of drafted) {
  form.addEventListener("input", () => keepDraft(form));
  form.querySelector("[data-discard]")?.addEventListener("click", () => {
    sessionStorage.removeItem(keyOf(form));
    location.reload();
  });
  restoreDraft(form);
}
for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", () => dropDrafts(() => true));
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    form.querySelector("button[data-submit]")?.setAttribute("aria-disabled", "true");
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

const summary = document.querySelector(".sum[role=alert]");
if (summary) summary.focus();
else document.querySelector(".tk tr[aria-current]")?.scrollIntoView({ block: "nearest" });
