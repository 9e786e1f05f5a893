/** The catalogue of refusals: asked for in both languages, taken apart into causes, and searched. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { useLanguage } from "../../language/language";
import { LANGUAGE_TAGS, type Language } from "../../language/texts";

export type Code = Schemas["CodeShown"];

/** The refusals that the founding page names, in its order. */
export const FOUNDING = ["APIG.0101", "APIG.0201", "APIG.0301", "APIG.1009"];

async function askCatalogue(language: Language): Promise<Code[]> {
  const headers = { "Accept-Language": LANGUAGE_TAGS[language] };
  return (await ask(api.GET("/adyton/v1/errors", { headers }))).errors;
}

/** The whole catalogue in a language; it changes with the server's version alone. */
function useCatalogueIn(language: Language, enabled = true) {
  return useQuery({
    queryKey: ["catalogue", "all", language],
    queryFn: () => askCatalogue(language),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}

export const useCatalogue = () => useCatalogueIn(useLanguage().language);

/** The same in the other language, once somebody searches: people look for the words that they read somewhere. */
export function useOtherCatalogue(enabled: boolean) {
  return useCatalogueIn(useLanguage().language === "zh" ? "en" : "zh", enabled);
}

/** A code may stand for several statuses; together they are one entry. */
export const keyOf = (code: Code) =>
  `${code.plane} ${code.error_code} ${code.status} ${code.reasons[0]?.reason}`;

export interface Cause {
  reason: string;
  text: string;
}

/** Takes a page apart: what is said of the code, and a text a cause. */
export function causesOf(page: string): { about: string; causes: Cause[] } {
  const [head = "", ...sections] = page.split(/^## /m);
  return {
    about: head.replace(/^# .*\n/, "").trim(),
    causes: sections.map((section) => {
      const end = section.indexOf("\n");
      return { reason: section.slice(0, end).trim(), text: section.slice(end + 1).trim() };
    }),
  };
}

export interface Hit {
  code: Code;
  /** The causes in which it was found; none if it was the code itself. */
  reasons: string[];
}

/** The codes in which all words of a text are found, in their own texts or those of the other language; with the causes that have them. */
export function search(catalogue: readonly Code[], other: readonly Code[] | undefined, text: string): Hit[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return catalogue.map((code) => ({ code, reasons: [] }));
  const others = new Map(other?.map((code) => [keyOf(code), code]));
  const has = (parts: (string | undefined)[]) => {
    const all = parts.join("\n").toLowerCase();
    return wanted.every((word) => all.includes(word));
  };
  return catalogue.flatMap((code) => {
    const twin = others.get(keyOf(code));
    if (has([code.error_code, String(code.status), code.error_msg])) return [{ code, reasons: [] }];
    const texts = [code, twin].map(
      (one) => new Map(causesOf(one?.page ?? "").causes.map((c) => [c.reason, c.text])),
    );
    const reasons = code.reasons
      .filter(({ reason, cause }, index) =>
        has([
          code.error_code,
          reason,
          cause,
          twin?.reasons[index]?.cause,
          ...texts.map((map) => map.get(reason)),
        ]),
      )
      .map(({ reason }) => reason);
    const about = has([code.error_code, causesOf(code.page).about, twin && causesOf(twin.page).about]);
    return reasons.length > 0 || about ? [{ code, reasons }] : [];
  });
}
