/** A menu below a button. */
import type { ReactElement } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Icon, type IconName } from "./icon";
import classes from "./menu.module.css";

export interface MenuEntry {
  id: string;
  title: string;
  icon?: IconName;
  danger?: boolean;
  checked?: boolean;
  detail?: string;
  onAction: () => void;
}

export function Menu({
  label,
  entries,
  children,
}: {
  label: string;
  entries: MenuEntry[];
  children: ReactElement;
}) {
  return (
    <MenuTrigger>
      {children}
      <Popover className={classes.popover as string} offset={4} placement="bottom end">
        <AriaMenu
          aria-label={label}
          items={entries}
          className={classes.menu as string}
          onAction={(id) => entries.find((entry) => entry.id === id)?.onAction()}
        >
          {(entry) => (
            <MenuItem
              id={entry.id}
              textValue={entry.title}
              className={`${classes.item} ${entry.danger ? classes.danger : ""}`}
            >
              {entry.icon && <Icon name={entry.icon} />}
              <span className={classes.text}>
                {entry.title}
                {entry.detail && <span className={classes.detail}>{entry.detail}</span>}
              </span>
              {entry.checked && <Icon name="check" />}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
