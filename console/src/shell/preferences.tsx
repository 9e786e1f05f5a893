/** Language and theme: before signing in as a bar, afterwards in the user's menu. */
import { Button } from "../components/button";
import { Menu, type MenuEntry } from "../components/menu";
import { useLanguage, useTexts } from "../language/language";
import { LANGUAGE_NAMES, LANGUAGES, texts } from "../language/texts";
import { chooseTheme, THEMES, type Theme, useTheme } from "../theme/theme";
import classes from "./preferences.module.css";

const words = texts({
  language: ["Language", "语言"],
  theme: ["Appearance", "外观"],
  system: ["System", "跟随系统"],
  light: ["Light", "浅色"],
  dark: ["Dark", "深色"],
});

const ICONS = { system: "system", light: "sun", dark: "moon" } as const;

export function useLanguageEntries(): MenuEntry[] {
  const { language, choose } = useLanguage();
  return LANGUAGES.map((one) => ({
    id: `language-${one}`,
    title: LANGUAGE_NAMES[one],
    icon: "language" as const,
    checked: one === language,
    onAction: () => choose(one),
  }));
}

export function useThemeEntries(): MenuEntry[] {
  const t = useTexts(words);
  const theme = useTheme();
  return THEMES.map((one: Theme) => ({
    id: `theme-${one}`,
    title: t[one],
    icon: ICONS[one],
    checked: one === theme,
    onAction: () => chooseTheme(one),
  }));
}

export function Preferences() {
  const t = useTexts(words);
  const { language } = useLanguage();
  const theme = useTheme();
  return (
    <div className={classes.bar}>
      <Menu label={t.language} entries={useLanguageEntries()}>
        <Button kind="quiet" small icon="language" aria-label={`${t.language}: ${LANGUAGE_NAMES[language]}`}>
          {LANGUAGE_NAMES[language]}
        </Button>
      </Menu>
      <Menu label={t.theme} entries={useThemeEntries()}>
        <Button kind="quiet" small icon={ICONS[theme]} aria-label={`${t.theme}: ${t[theme]}`}>
          {t[theme]}
        </Button>
      </Menu>
    </div>
  );
}
