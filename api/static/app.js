// Comforts on top of pages that work without script: keys, quick phrases, file names,
// and forms that follow their conditions without the update button.
document.documentElement.classList.add("js");

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select");

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
    if (names) told.textContent = names;
  } else if (target.form?.querySelector("button[name=_refresh]")) {
    redraw(target.form, target.id);
  }
});

// Draw the form again as the server sees it now, and keep the reader's place. Files cannot be
// kept by a page, so a form with chosen files is left to its button.
async function redraw(form, focused) {
  if ([...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  const data = new FormData(form);
  data.set("_refresh", "1");
  const response = await fetch(form.action, { method: "POST", body: data });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(`[data-form="${form.querySelector("[data-form]").dataset.form}"]`);
  if (!fresh) return;
  const nonce = document.querySelector("script[nonce]")?.nonce;
  for (const style of fresh.querySelectorAll("style")) style.nonce = nonce ?? "";
  form.querySelector("[data-form]").replaceWith(fresh);
  document.getElementById(focused)?.focus();
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
