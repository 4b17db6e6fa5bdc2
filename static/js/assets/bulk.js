/* The actions for many selected assets: tasks, exemptions, links. */

import { api } from "../core/api.js";
import { number, plural } from "../core/format.js";
import { makeBulkTasks } from "../tasks/make-task.js";
import { copyText } from "../ui/copy.js";
import { exemptionForm, tellExempt } from "./exemption-form.js";
import { flagWords, nameOfAsset, TYPES } from "./words.js";

/** @typedef {{ ids: number[] } | { matching: number }} Choice */
/** @typedef {Choice & { title: string, description: string, for_each: boolean, issue: string | null, assignee: string | null, priority: Api["Priority"], due_date: string | null }} Tasks */
/** @typedef {Choice & { issue: string, reason: string, until: string | null }} Exemptions */

/**
 * Return the actions of an audit table. params(filters): the filters as parameters. post: the requests. If all matching
 * rows are selected, a request has the search and the filters as parameters; otherwise its body lists the ids.
 *
 * @template {Asset} Row
 * @param {Api["AreaSummary"]} summary
 * @param {{
 *   pages: Pages,
 *   params(filters: Record<string, string>): Params,
 *   post: {
 *     tasks(body: Tasks, params: Params): Promise<Api["BulkMade"]>,
 *     exemptions(body: Exemptions, params: Params): Promise<Api["BulkMade"]>,
 *   },
 * }} links
 * @returns {Bulk<Row>}
 */
export function assetBulk(summary, { pages, params, post }) {
  const { area } = summary;
  /** @param {Selected<Row>} selected */
  const query = ({ q, filters, isAll }) => (isAll ? { q, ...params(filters) } : {});
  const canBeExempt = Object.keys(summary.issues).length > 0;
  const actions = [
    {
      label: "Create tasks",
      sign: "tasks",
      /** @param {Selected<Row>} selected */
      run: async (selected) => {
        const flag = commonFlag(selected);
        const result = await makeBulkTasks({
          type: area,
          size: selected.size,
          title: flag ? flagWords(flag).label : "Look at",
          submit: (values) => {
            const issue = values.for_each && flag ? (summary.issues[flag] ?? null) : null;
            const rest = /** @type {const} */ ({ description: "", priority: "normal" });
            return post.tasks({ ...choiceOf(selected), ...rest, ...values, issue }, query(selected));
          },
        });
        if (result) selected.clear();
      },
    },
    {
      label: "Exempt",
      sign: "shield",
      /** @param {Selected<Row>} selected */
      run: async (selected) => {
        const result = await exemptionForm({
          intro: `You selected ${plural(selected.size, TYPES[area].one, TYPES[area].many)}. Each selected ${TYPES[area].one} with the issue below stays listed, but the issue no longer counts for it.`,
          issues: issueOptions(summary, selected),
          submit: async (values) => ({
            ...(await post.exemptions({ ...choiceOf(selected), ...values }, query(selected))),
            until: values.until,
          }),
        });
        if (!result) return;
        selected.clear();
        tellExempt(exemptText(area, result), result.until, () => api.post("exemptions/remove", { ids: result.ids }));
      },
    },
  ];
  return {
    actions: [
      ...actions.slice(0, canBeExempt ? 2 : 1),
      linksAction((row) => [nameOfAsset(row), pages.pardot(area, row.id)]),
    ],
  };
}

/**
 * Return the action "Copy links". It copies a line with name and address for each selected row.
 *
 * @template Row
 * @param {(row: Row) => readonly [name: string, address: string | null]} linkOf
 */
export function linksAction(linkOf) {
  return {
    label: "Copy links",
    sign: "copy",
    /** @param {Selected<Row>} selected */
    run: async (selected) => {
      const rows = await selected.rows();
      const lines = rows.map((row) => linkOf(row).filter(Boolean).join(" "));
      await copyText(lines.join("\n"), {
        message: `${plural(rows.length, "link")} copied.`,
        instead: "Open the links of the rows one by one, and copy their addresses.",
      });
    },
  };
}

/**
 * @param {Selected<Named>} selected
 * @returns {Choice}
 */
function choiceOf({ isAll, size, known }) {
  return isAll ? { matching: size } : { ids: known.map(({ id }) => id) };
}

/**
 * Return the flag that the table is filtered by. Without such a filter, return the first flag that all selected rows
 * have without an exemption; null when there is none, or when all matching rows are selected.
 *
 * @param {Selected<Asset>} selected
 */
function commonFlag({ isAll, known, filters }) {
  if (filters.flag && !["any", "none"].includes(filters.flag)) return filters.flag;
  if (isAll) return null;
  return known[0]?.flags.find((flag) => known.every((row) => counts(row, flag))) ?? null;
}

/**
 * @param {Flagged} row
 * @param {string} flag
 */
function counts({ flags, exempt }, flag) {
  return flags.includes(flag) && !exempt.includes(flag);
}

/**
 * Return the issues that the selected rows have without an exemption. If there are none, or if all matching rows are
 * selected, return all issues of the area. The issue that the table is filtered by comes first, then the most frequent.
 *
 * @param {Api["AreaSummary"]} summary
 * @param {Selected<Asset>} selected
 * @returns {Option[]}
 */
function issueOptions({ issues }, { isAll, known, filters }) {
  const choices = Object.keys(issues).map((flag) => ({ flag, many: known.filter((row) => counts(row, flag)).length }));
  const some = choices.filter(({ many }) => isAll || many > 0);
  const sorted = (some.length ? some : choices).sort((a, b) => rank(b) - rank(a));
  /** @param {{ flag: string, many: number }} one */
  function rank({ flag, many }) {
    return flag === filters.flag ? Number.POSITIVE_INFINITY : many;
  }
  return sorted.map(({ flag, many }) => [
    issues[flag],
    isAll ? flagWords(flag).label : `${flagWords(flag).label} (${number(many)} of ${number(known.length)})`,
  ]);
}

/**
 * @param {Api["Area"]} area
 * @param {Api["BulkMade"]} result
 */
function exemptText(area, { ids, left_out }) {
  const many = plural(ids.length, TYPES[area].one, TYPES[area].many);
  return left_out ? `${many} (${number(left_out)} left out)` : many;
}
