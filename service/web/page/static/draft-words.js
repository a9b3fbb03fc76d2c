// How things of a draft are called.

/** How a figure came about: short word, what it means, the sign it bears in the text ("" for none). */
export const WAYS = {
  printed: { word: "表中印出", means: "这个数照原样印在表里。", sign: "" },
  sum: { word: "分项相加", means: "由表里印出的几个分项相加得出。", sign: "" },
  computed: { word: "计算得出", means: "由表里印出的数计算得出。", sign: "" },
  blank: { word: "表中空白", means: "表里这一格是空的，按0写。", sign: "空白" },
  dash: { word: "表中横线", means: "表里这一格印的是横线。", sign: "横线" },
  stated: { word: "仅见正文", means: "只在文件的文字里写着，表里没有印。", sign: "仅见正文" },
  derived: { word: "推算", means: "文件没有直接印出，由写明的增减额倒推得出。", sign: "推算" },
  checked: { word: "与表格相符", means: "是人改的数，核对过，与表格相符。", sign: "核对相符" },
  person: { word: "填报人提供", means: "表里没有，由填报人提供。", sign: "填报人提供" },
};

/** What a mark on a figure means. */
export const MARKS = {
  推算: "用到了推算的上年数：文件没有直接印出，由写明的增减额倒推。",
  仅见正文: "用到了只在正文里写着、表里没有印的数。",
  表中为空白: "用到了表里空着的格，按0算。",
};

/** What became of a figure of an edited text. */
export const STATES = {
  locked: { word: "与原稿相同", sign: "" },
  checked: { word: "改过，与表格相符", sign: "核对相符" },
  person: { word: "改过，填报人给了依据", sign: "填报人提供" },
  open: { word: "改过，还没有依据", sign: "没有依据" },
  contradicted: { word: "与表格不符", sign: "与表格不符" },
  removed: { word: "删去", sign: "" },
};

export const GAPS = { figure: "本年数", prior: "上年数", reason: "增减原因", known: "单位掌握的情况" };

export const CHANGES = { changed: "改动", added: "新增", removed: "删去", moved: "移动" };

/** Returns how a version came about. */
export function originOf(version, number = version.version) {
  if (version.origin === "edited") return "人工修改";
  return number > 1 ? "补填后重写" : "起草";
}

/** Returns where a printed figure stands: 《…》支出总体情况表，“合计”行“基本支出”列，第5页. */
export function placeOf(place) {
  const document = place.document_title ? `《${place.document_title}》` : "";
  if (!place.table) {
    const at = place.page ? `第${place.page}页` : place.line ? `第${place.line}行` : "";
    return [`${document}${place.table_title || "正文"}`, at].filter(Boolean).join("，");
  }
  const cell = `${place.row ? `“${place.row}”行` : ""}${place.column ? `“${place.column}”列` : ""}`;
  return [`${document}${place.table_title}`, cell, place.page ? `第${place.page}页` : ""].filter(Boolean).join("，");
}
