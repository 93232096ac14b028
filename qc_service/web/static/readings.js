/* The page of instrument files: drop, look, confirm. The token and the files stay in this page's memory alone. */
"use strict";

const byId = (id) => document.getElementById(id);
const READINGS = "/api/v1/readings";
const MOST_FILES = 50;
/* What is asked once for every file that lacks it; a choice of these two is shown anew, for more follows from it. */
const ASKED = {
  instrument: "Instrument", facility: "Laboratory", method: "Method", method_version: "Version of the method",
  started: "Begun, like 2026-02-01T09:00:00+01:00", read: "Read, like 2026-02-01T09:00:00+01:00",
};
const SHOWN_ANEW = ["instrument", "facility"];
const JUDGED = { pass: "passes", fail: "FAILS", not_shown: "not shown to pass" };

let files = [];
let told = null;
const choices = new Map();
const entered = new Map();
const answers = new Map();
const left = new Set();
const taken = new Set();
const retests = new Map();

function made(kind, members, ...children) {
  const { on, ...plain } = members || {};
  const one = Object.assign(document.createElement(kind), plain);
  for (const [name, listener] of Object.entries(on || {})) one.addEventListener(name, listener);
  one.append(...children);
  return one;
}

function say(words) {
  byId("said").textContent = words;
}

async function sent(path, statement) {
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  form.append("statement", JSON.stringify(statement));
  const headers = { Authorization: `Bearer ${byId("token").value.trim()}`, "Idempotency-Key": fresh() };
  const reply = await fetch(path, { method: "POST", body: form, headers, cache: "no-store", credentials: "omit" });
  const plain = await reply.json();
  if (!reply.ok) throw new Error(plain.detail || plain.title || `The service answered ${reply.status}.`);
  return plain;
}

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
}

async function doing(words, work) {
  const buttons = document.querySelectorAll("button");
  buttons.forEach((one) => { one.disabled = true; });
  say(words);
  try {
    await work();
  } catch (error) {
    const lost = error instanceof TypeError;
    say(lost ? "The service cannot be reached. Try again: nothing is recorded twice." : error.message);
    byId("said").focus();
  } finally {
    buttons.forEach((one) => { one.disabled = false; });
  }
}

function take(list) {
  const names = new Set(files.map((one) => `${one.name}/${one.size}/${one.lastModified}`));
  files.push(...Array.from(list).filter((one) => !names.has(`${one.name}/${one.size}/${one.lastModified}`)));
  const many = files.length > MOST_FILES;
  files = files.slice(0, MOST_FILES);
  say(many ? `At most ${MOST_FILES} files at once; the others were left out.` : "");
  list_chosen();
}

function list_chosen() {
  const drop = (file) => () => { files = files.filter((one) => one !== file); list_chosen(); };
  byId("chosen").replaceChildren(...files.map((file) => made(
    "li", {}, made("span", { className: "id", textContent: file.name }),
    made("button", { type: "button", className: "quiet", textContent: "Leave out", ariaLabel: `Leave out ${file.name}`, on: { click: drop(file) } }),
  )));
}

function show() {
  return doing("Reading…", async () => {
    if (!files.length) throw new Error("Choose at least one file.");
    told = await sent(READINGS, { choices: Array.from(choices, ([file, said]) => ({ file, ...said })) });
    byId("results").hidden = true;
    draw();
    say(`${told.files.length} files were read; nothing is recorded yet.`);
  });
}

function draw() {
  byId("shown").hidden = false;
  byId("rows").replaceChildren(...told.files.map(row));
  draw_missing();
  draw_warnings();
}

function row(file) {
  const name = made("td", {}, made("span", { className: "id", textContent: file.name }));
  if (file.unreadable) {
    const why = made("td", { className: "bad-words", textContent: file.unreadable });
    return made("tr", {}, made("td", { textContent: "no" }), name, made("td"), made("td"), labelled(why, "Look at"));
  }
  if (file.sheet) return sheet_row(file, name);
  if (file.matched) name.append(made("span", { className: "small", textContent: file.matched }));
  return made(
    "tr", {}, labelled(made("td", {}, ticked(file)), "Record"), labelled(name, "File"), labelled(made("td", {}, lot_of(file)), "Lot"),
    labelled(made("td", {}, values_of(file)), "Values"), labelled(made("td", {}, doubts_of(file)), "Look at"),
  );
}

/* A filled-in template: its rows have their lots, and what is wrong in one keeps no other back. */
function sheet_row(file, name) {
  const { rows, errors, unread, good } = file.sheet;
  name.append(made("span", { className: "small", textContent: `a sheet of results, ${good} to be recorded` }));
  const lots = [...new Set(rows.map((one) => one.lot))].join(", ");
  const stated = rows.filter((one) => one.stated).map((one) => {
    const already = one.already ? made("span", { className: "small", textContent: `on record already as result ${one.already}` }) : "";
    return made("li", {}, `${one.lot}, ${one.assay.replaceAll("_", " ")}: ${one.stated} `, already);
  });
  const doubts = [
    ...errors.map((one) => `${one.cell || `row ${one.row}`}: ${one.column} ${one.what}; ${one.mend}`),
    ...rows.flatMap((one) => one.notes.map((note) => `row ${one.row}: ${note}`)), ...unread,
  ];
  const looked = doubts.map((words) => made("li", { textContent: words }));
  return made(
    "tr", {}, labelled(made("td", {}, ticked(file)), "Record"), labelled(name, "File"), labelled(made("td", { textContent: lots }), "Lot"),
    labelled(made("td", {}, made("ul", { className: "plain" }, ...stated)), "Values"),
    labelled(made("td", {}, made("ul", { className: "plain" }, ...looked)), "Look at"),
  );
}

function labelled(cell, label) {
  cell.dataset.label = label;
  return cell;
}

function wanted(file) {
  if (file.sheet) return file.sheet.good > 0 && !left.has(file.file);
  if (file.unreadable || !file.lot || left.has(file.file)) return false;
  if (retests.get(file.file) || taken.has(file.file)) return true;
  return !file.recorded.length && !file.doubts.some((doubt) => doubt.code === "not_in_specification");
}

function ticked(file) {
  const change = (event) => {
    (event.target.checked ? taken : left).add(file.file);
    (event.target.checked ? left : taken).delete(file.file);
    draw();
  };
  return made("input", {
    type: "checkbox", checked: wanted(file), disabled: file.sheet ? !file.sheet.good : !file.lot, ariaLabel: `Record ${file.name}`, on: { change },
  });
}

function lot_of(file) {
  const offered = [...file.candidates, ...told.lots].filter((one, place, all) => all.findIndex((other) => other.lot === one.lot) === place);
  if (file.lot && !offered.some((one) => one.lot === file.lot)) offered.unshift({ lot: file.lot });
  const change = (event) => {
    choices.set(file.file, { ...choices.get(file.file), lot: event.target.value || null });
    show();
  };
  const options = offered.map((one) => made("option", { value: one.lot, textContent: one.product ? `${one.lot} · ${one.product}` : one.lot }));
  const select = made("select", { ariaLabel: `Lot of ${file.name}`, on: { change } }, made("option", { value: "", textContent: "which lot?" }), ...options);
  select.value = file.lot || "";
  return select;
}

function values_of(file) {
  const asked = file.statement.assays;
  const kept = (value) => !asked || asked.includes(value.assay);
  const items = file.proposed.filter(kept).map((value) => {
    const judged = value.judgement ? made("b", { className: `judged ${value.judgement}`, textContent: JUDGED[value.judgement] }) : "";
    const limits = value.limits ? `, wanted ${value.limits}` : "";
    return made("li", {}, `${value.assay.replaceAll("_", " ")}: ${value.value} ${value.unit}${limits} `, judged, value.because ? made("span", { className: "small", textContent: value.because }) : "");
  });
  const others = file.proposed.length - items.length;
  if (others) items.push(made("li", { className: "small", textContent: `${others} more stay in the file` }));
  if (!file.proposed.length) items.push(made("li", { textContent: "no figures: recorded as that" }));
  return made("ul", { className: "plain" }, ...items);
}

function doubts_of(file) {
  const items = file.doubts.map((doubt) => made("li", { textContent: doubt.detail }));
  items.push(...file.reading.warnings.map((warning) => made("li", { textContent: warning.detail })));
  const list = made("ul", { className: "plain" }, ...items);
  const offered = file.choices.retests;
  if (!offered) return list;
  const change = (event) => { retests.set(file.file, Number(event.target.value)); draw(); };
  const select = made(
    "select", { ariaLabel: `Is ${file.name} a retest?`, on: { change } }, made("option", { value: "0", textContent: "no retest" }),
    ...offered.map((one) => made("option", { value: one, textContent: `a retest of result ${one}` })),
  );
  select.value = String(retests.get(file.file) || 0);
  return made("div", {}, list, select);
}

/* A member that is missing alike in several files is asked once: the version of one method, the zone of one clock. */
function asked_as(file, member) {
  const same = member === "method_version" ? file.statement.method : ["started", "read"].includes(member) ? file.file : file.reading.instrument;
  return `${member}/${same}`;
}

function wanted_readings() {
  return told.files.filter((file) => wanted(file) && !file.sheet);
}

function missing_of(file) {
  return Object.keys(ASKED).filter((member) => file.statement[member] === null || file.statement[member] === undefined);
}

function draw_missing() {
  const groups = new Map();
  for (const file of wanted_readings()) {
    for (const member of missing_of(file)) {
      const key = asked_as(file, member);
      groups.set(key, { member, files: [...(groups.get(key)?.files || []), file] });
    }
  }
  const parts = Array.from(groups, ([key, group]) => asked_once(key, group));
  byId("missing").replaceChildren(...(parts.length ? [made("h3", { textContent: "To fill in" }), ...parts.flat()] : []));
}

function asked_once(key, { member, files: those }) {
  const id = `missing-${key}`;
  const offered = those[0].choices[member];
  const change = (event) => {
    entered.set(key, event.target.value);
    if (!SHOWN_ANEW.includes(member)) return;
    for (const file of those) choices.set(file.file, { ...choices.get(file.file), [member]: event.target.value || null });
    show();
  };
  const field = offered
    ? made("select", { id, required: true, on: { change } }, made("option", { value: "", textContent: "choose" }), ...offered.map((one) => made("option", { value: one, textContent: one })))
    : made("input", { id, type: "text", required: true, autocomplete: "off", on: { change } });
  field.value = entered.get(key) || "";
  const about = member === "method_version" ? ` ${those[0].statement.method || ""}` : "";
  return [
    made("label", { htmlFor: id, textContent: ASKED[member] + about }), field,
    made("p", { className: "hint", textContent: those.map((file) => file.name).join(", ") }),
  ];
}

function draw_warnings() {
  const groups = new Map();
  for (const file of wanted_readings()) {
    for (const warning of file.reading.warnings) {
      groups.set(warning.code, [...(groups.get(warning.code) || []), file.name]);
    }
  }
  const parts = Array.from(groups, ([code, names]) => {
    const id = `answer-${code}`;
    const text = made("textarea", { id, required: true, rows: 2, maxLength: 4000, on: { change: (event) => answers.set(code, event.target.value.trim()) } });
    text.value = answers.get(code) || "";
    const words = `${code.replaceAll("_", " ")}: why do the values stand?`;
    return [made("label", { htmlFor: id, textContent: words }), text, made("p", { className: "hint", textContent: `One answer for ${[...new Set(names)].join(", ")}` })];
  });
  byId("warnings").replaceChildren(...(parts.length ? [made("h3", { textContent: "Warnings to answer" }), ...parts.flat()] : []));
}

function statement_of(file) {
  const said = { ...file.statement };
  for (const member of missing_of(file)) said[member] = entered.get(asked_as(file, member)) || null;
  const retested = retests.get(file.file);
  if (retested) said.retests = retested;
  else delete said.retests;
  return said;
}

function confirm_all() {
  return doing("Recording…", async () => {
    const chosen = wanted_readings();
    const sheets = told.files.filter((file) => file.sheet && wanted(file));
    if (!chosen.length && !sheets.length) throw new Error("No file is to be recorded: tick one, and choose its lot.");
    const codes = new Set(chosen.flatMap((file) => file.reading.warnings.map((warning) => warning.code)));
    const said = Array.from(codes, (code) => ({ code, answer: answers.get(code) || "" }));
    const confirm = sheets.map((file) => ({ confirm: file.file }));
    const reply = await sent(`${READINGS}/confirmation`, { files: chosen.map(statement_of), sheets: confirm, answers: said });
    byId("outcomes").replaceChildren(...reply.results.map(outcome));
    byId("results").hidden = false;
    const good = reply.results.filter((one) => one.status < 300).length;
    say(`${good} of ${reply.results.length} files are on record.`);
    if (good === reply.results.length) byId("shown").hidden = true;
    byId("results-title").scrollIntoView();
  });
}

function outcome(one) {
  const numbers = one.results.join(", ");
  const where = (one.name || one.file) + (one.lot ? `, lot ${one.lot}` : "");
  if (one.status === 201) {
    const opened = one.opened.length ? `; opened: ${one.opened.join(", ").replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()}` : "";
    return made("li", {}, made("span", { className: "what", textContent: where }), made("p", { textContent: `recorded as result ${numbers}${opened}` }));
  }
  if (one.status === 200) {
    return made("li", {}, made("span", { className: "what", textContent: where }), made("p", { textContent: `was on record already as result ${numbers}` }));
  }
  const reasons = one.problem.reasons || one.problem.errors || [];
  const listed = reasons.map((each) => made("li", { textContent: `${(each.pointer || "").split("/").slice(3).join(" ")} ${each.detail}`.trim() }));
  return made(
    "li", { className: "refused" }, made("span", { className: "what", textContent: `Not recorded: ${where}` }),
    made("p", { textContent: one.problem.detail }), made("ul", { className: "plain" }, ...listed),
  );
}

byId("files").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
byId("ask").addEventListener("submit", (event) => { event.preventDefault(); show(); });
byId("confirm").addEventListener("submit", (event) => { event.preventDefault(); confirm_all(); });
document.addEventListener("dragover", (event) => { event.preventDefault(); byId("drop").classList.add("over"); });
document.addEventListener("dragleave", () => byId("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  take(event.dataTransfer.files);
});
