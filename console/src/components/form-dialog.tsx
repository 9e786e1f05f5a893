/** A form in a dialog, with the button that leaves it. */
import type { ReactNode } from "react";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { type Form, FormBody } from "./form";

const words = texts({
  cancel: ["Cancel", "取消"],
});

interface Props<Name extends string> {
  title: string;
  /** What stands above the fields. */
  about?: string;
  isOpen: boolean;
  /** Closes it; whoever sends the form calls it once that is done. What was typed is forgotten. */
  onClose: () => void;
  form: Form<Name>;
  /** What the button says: the deed itself, never "OK". */
  deed: string;
  /** The fields. */
  children: ReactNode;
}

export function FormDialog<Name extends string>({
  title,
  about,
  isOpen,
  onClose,
  form,
  ...rest
}: Props<Name>) {
  const t = useTexts(words);
  const close = () => {
    form.reset();
    onClose();
  };
  return (
    // What was typed is not lost by a press outside.
    <Dialog title={title} isOpen={isOpen} onClose={close} keeps={!form.isBlank}>
      {about && <p>{about}</p>}
      <FormBody {...rest} form={form} label={title} beside={<Button onPress={close}>{t.cancel}</Button>} />
    </Dialog>
  );
}
