/** What the server asks of a password. */
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({ rule: ["8 to 128 characters", "8 到 128 个字符"] });

export function usePasswordRule() {
  const t = useTexts(words);
  return {
    rule: t.rule,
    /** What is wrong with it, if anything is. */
    faultOf: (password: string) => {
      // Characters, not halves of them.
      const length = [...password].length;
      return length < 8 || length > 128 ? t.rule : "";
    },
  };
}
