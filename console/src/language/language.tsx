/** The reader's language: asked for, remembered in this browser, at first the browser's own. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { recall, remember } from "../state/remembered";
import { LANGUAGE_TAGS, LANGUAGES, type Language, type Texts } from "./texts";

let current: Language = atFirst();

function atFirst(): Language {
  const kept = recall("language");
  const known = LANGUAGES.find((language) => language === kept);
  return (
    known ?? (navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag))?.startsWith("zh") ? "zh" : "en")
  );
}

/** For what is outside of the page's tree: the `Accept-Language` of a call. */
export function currentLanguage(): Language {
  return current;
}

interface Choice {
  language: Language;
  choose: (language: Language) => void;
}

const Context = createContext<Choice>({ language: current, choose: () => {} });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(current);
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
  }, [language]);
  const choice = useMemo(
    () => ({
      language,
      choose: (wanted: Language) => {
        current = wanted;
        remember("language", wanted);
        setLanguage(wanted);
      },
    }),
    [language],
  );
  return (
    <Context value={choice}>
      <I18nProvider locale={language === "zh" ? "zh-CN" : "en-US"}>{children}</I18nProvider>
    </Context>
  );
}

export function useLanguage(): Choice {
  return useContext(Context);
}

/** The texts of a table in the reader's language. */
// biome-ignore lint/suspicious/noExplicitAny: any table.
export function useTexts<T extends Record<string, any>>(words: Texts<T>): Texts<T>[Language] {
  return words[useLanguage().language];
}
