import type { HostOptions } from "./host-options";

/** A language that a host may write in. */
export type HostLanguage = HostOptions["language"];

/** The texts of a host in one language. Clients decide by numbers, never by texts. */
interface HostTexts {
  readonly hostCaption: string;
  readonly hostDescription: string;
  readonly machineCaption: string;
  readonly machineDescription: string;
  readonly newGroup: string;
  readonly job: {
    readonly takeSnapshots: string;
    readonly destroySnapshots: string;
    readonly applySnapshots: string;
    readonly convertSnapshots: string;
    readonly exportSnapshots: string;
    readonly modifySettings: string;
    readonly changeGroup: string;
    readonly running: string;
    readonly succeeded: string;
    readonly failed: string;
    readonly summary: (job: string) => string;
    readonly description: (job: string, errorCode: number) => string;
  };
  /** Formats a moment in the host's local form; the time zone is UTC. */
  readonly moment: (time: Date) => string;
}

const two = (value: number) => String(value).padStart(2, "0");
const clock24 = (time: Date) => `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
const clock12 = (time: Date) =>
  `${time.getUTCHours() % 12 || 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} ${time.getUTCHours() < 12 ? "AM" : "PM"}`;
const day = (time: Date) => ({ y: time.getUTCFullYear(), m: time.getUTCMonth() + 1, d: time.getUTCDate() });

// behaviour: language
const texts: Readonly<Record<HostLanguage, HostTexts>> = {
  English: {
    hostCaption: "Hosting Computer System",
    hostDescription: "Microsoft Hosting Computer System",
    machineCaption: "Virtual Machine",
    machineDescription: "Microsoft Virtual Machine",
    newGroup: "New Virtual System Collection",
    job: {
      takeSnapshots: "Snapshot Collection",
      destroySnapshots: "Delete Snapshot Collection",
      applySnapshots: "Apply Snapshot",
      convertSnapshots: "Convert Snapshot to Reference Point",
      exportSnapshots: "Export Snapshot",
      modifySettings: "Modify Virtual Machine",
      changeGroup: "Change Collection",
      running: "Job is running",
      succeeded: "Job is completed successfully",
      failed: "Job is completed with error(s)",
      summary: (job) => `${job} failed.`,
      description: (job, errorCode) => `${job} failed with error code ${errorCode}.`,
    },
    moment: (time) => `${day(time).m}/${day(time).d}/${day(time).y} - ${clock12(time)}`,
  },
  German: {
    hostCaption: "Hostcomputersystem",
    hostDescription: "Microsoft-Hostcomputersystem",
    machineCaption: "Virtueller Computer",
    machineDescription: "Virtueller Microsoft-Computer",
    newGroup: "Neue Sammlung virtueller Systeme",
    job: {
      takeSnapshots: "Momentaufnahme der Sammlung",
      destroySnapshots: "Momentaufnahme der Sammlung löschen",
      applySnapshots: "Momentaufnahme anwenden",
      convertSnapshots: "Momentaufnahme in Referenzpunkt umwandeln",
      exportSnapshots: "Momentaufnahme exportieren",
      modifySettings: "Virtuellen Computer ändern",
      changeGroup: "Sammlung ändern",
      running: "Der Auftrag wird ausgeführt",
      succeeded: "Der Auftrag wurde erfolgreich abgeschlossen",
      failed: "Der Auftrag wurde mit Fehlern abgeschlossen",
      summary: (job) => `Fehler bei „${job}“.`,
      description: (job, errorCode) => `Fehler bei „${job}“. Fehlercode: ${errorCode}.`,
    },
    moment: (time) => `${two(day(time).d)}.${two(day(time).m)}.${day(time).y} - ${clock24(time)}`,
  },
  Japanese: {
    hostCaption: "ホスト コンピューター システム",
    hostDescription: "Microsoft ホスト コンピューター システム",
    machineCaption: "仮想マシン",
    machineDescription: "Microsoft 仮想マシン",
    newGroup: "新しい仮想システム コレクション",
    job: {
      takeSnapshots: "コレクションのスナップショット",
      destroySnapshots: "スナップショット コレクションの削除",
      applySnapshots: "スナップショットの適用",
      convertSnapshots: "参照ポイントへの変換",
      exportSnapshots: "スナップショットのエクスポート",
      modifySettings: "仮想マシンの変更",
      changeGroup: "コレクションの変更",
      running: "ジョブは実行中です",
      succeeded: "ジョブは正常に完了しました",
      failed: "ジョブはエラーで完了しました",
      summary: (job) => `${job}に失敗しました。`,
      description: (job, errorCode) => `${job}に失敗しました。エラー コード: ${errorCode}。`,
    },
    moment: (time) => `${day(time).y}/${two(day(time).m)}/${two(day(time).d)} - ${clock24(time)}`,
  },
};

/** Returns the texts of a host in a language. */
export function textsIn(language: HostLanguage): HostTexts {
  return texts[language];
}
