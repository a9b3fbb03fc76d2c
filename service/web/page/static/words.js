// What all views call the same things: how grave a finding is, when something was done.

/** Severities, gravest first: what they are called, their sign, what they mean. */
export const SEVERITIES = {
  error: { name: "错误", sign: "✗", kind: "bad", means: "算不拢或与表不符，必须改" },
  warning: { name: "警告", sign: "！", kind: "warn", means: "多半会被退回，请逐条核实" },
  note: { name: "提示", sign: "i", kind: "info", means: "可改可不改，看一眼" },
};

/** Returns a time as people write it: 11月26日 10:48. */
export function timeOf(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const isThisYear = time.getFullYear() === new Date().getFullYear();
  return time.toLocaleString("zh-CN", {
    year: isThisYear ? undefined : "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
  });
}
