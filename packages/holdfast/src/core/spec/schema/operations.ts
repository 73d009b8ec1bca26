import * as z from "zod";
import { AGE_RECIPIENT, isAgeRecipient } from "../age-recipient.ts";
import { parseClockMinute } from "../units.ts";
import * as s from "./scalars.ts";

const hosting = () => s.choice(["on-premises", "public-cloud"]);

export const backup = z
  .strictObject({
    store: z.string().meta({ description: "Name of the store." }),
    schedule: s.cron().meta({ description: 'Cron schedule in UTC, for example "0 2 * * *".' }),
    keep: s.integer(1, 10_000).prefault(7).meta({ description: "How many are kept." }),
    targets: z.array(s.siteName()).prefault([]).meta({
      description:
        "Sites that keep backups, in order. A backup goes to the first that is not the site it was taken at.",
    }),
    external: z
      .array(
        z
          .strictObject({
            name: s.label().meta({ description: "Name of the target." }),
            kind: s.choice(["s3", "azure-blob", "nfs", "smb"]).meta({ description: "Protocol." }),
            url: s.url("https|s3|nfs|smb").meta({ description: "Where, without credentials." }),
            hosting: hosting().prefault("on-premises").meta({ description: "Personal data stays on premises." }),
            secret: s.objectName().exactOptional().meta({ description: "Kubernetes Secret with the credentials." }),
            encrypted: s
              .flag()
              .prefault(true)
              .meta({ description: "Whether backups are encrypted before they leave." }),
          })
          .meta({ id: "ExternalBackupTarget" }),
      )
      .prefault([])
      .meta({ description: "Targets that are no site." }),
    rehearsal: s
      .cron()
      .exactOptional()
      .meta({ description: "When a backup is restored elsewhere and read, because only then it is one." }),
  })
  .meta({ id: "Backup", description: "Backups of a store, kept away from the site that holds the data." });

export const registry = z
  .strictObject({
    server: z
      .string({ error: "expected a registry such as contoso.azurecr.io" })
      .regex(/^[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$/, {
        error: "expected a registry such as contoso.azurecr.io",
      })
      .meta({ description: "Where holdfast's own images come from." }),
    pullSecret: s.objectName().exactOptional().meta({ description: "Kubernetes Secret to pull images with." }),
    kind: s
      .choice(["azure-container-registry", "other"])
      .prefault("other")
      .meta({ description: "Any registry will do; Azure's can use the cluster's own identity." }),
    charts: s.url("oci|https").exactOptional().meta({ description: "Where Helm charts are kept." }),
  })
  .meta({ id: "Registry", description: "Where images come from; it lives outside the sites." });

export const monitoring = z
  .strictObject({
    kind: s
      .choice(["none", "prometheus", "azure-monitor"])
      .prefault("prometheus")
      .meta({ description: "What collects metrics and logs." }),
    hosting: hosting()
      .prefault("on-premises")
      .meta({ description: "Where it runs. Only data that is not personal may go to a public cloud." }),
    workspace: s.line().exactOptional().meta({ description: "Log Analytics workspace." }),
    retentionDays: s.integer(1, 4_000).prefault(30).meta({ description: "How long data is kept." }),
    personalFields: z
      .array(s.line())
      .prefault([])
      .meta({ description: "Fields that are personal: they never leave a site." }),
    alertMail: s
      .line("a mail address")
      .regex(/^[^@\s]+@[^@\s]+$/, { error: "expected a mail address" })
      .exactOptional()
      .meta({ description: "Who is told." }),
  })
  .meta({ id: "Monitoring", description: "Metrics, logs and alerts." });

export const delivery = z
  .strictObject({
    kind: s
      .choice(["none", "azure-pipelines", "github-actions", "jenkins"])
      .prefault("none")
      .meta({ description: "What runs the pipelines." }),
    hosting: s
      .choice(["services", "server"])
      .prefault("services")
      .meta({ description: "Azure DevOps Services, or an Azure DevOps Server on premises." }),
    repository: z
      .strictObject({
        kind: s.choice(["azure-repos", "github", "git"]).prefault("git").meta({ description: "Kind of repository." }),
        url: s.url("https|ssh").meta({ description: "Its address, without credentials." }),
        branch: s.line().prefault("main").meta({ description: "Branch that is deployed." }),
      })
      .exactOptional()
      .meta({ description: "Where this file and the application are kept." }),
    selfHostedPools: z
      .record(z.string(), s.line())
      .prefault({})
      .meta({ description: "Site -> agent pool, where Microsoft's agents cannot reach the site." }),
    stages: z
      .array(s.siteName())
      .exactOptional()
      .meta({ description: "Order in which sites are changed; default the order of the file." }),
    approval: s.flag().prefault(true).meta({ description: "A person says yes between stages." }),
  })
  .meta({ id: "Delivery", description: "How changes reach the sites." });

const group = z
  .strictObject({
    name: s.line().meta({ description: "Name in the directory." }),
    purpose: s.line().meta({ description: "What its members do." }),
    includes: z.array(s.line()).prefault([]).meta({ description: "Groups whose members are members of this one." }),
    objectId: z.guid({ error: "expected a GUID" }).exactOptional().meta({ description: "Id in the directory." }),
    roles: z
      .array(
        z
          .strictObject({
            sites: z.array(s.siteName()).exactOptional().meta({ description: "Default: every site." }),
            plane: s
              .choice(["azure", "kubernetes"])
              .meta({ description: "A role in Azure does not give access to the Kubernetes API, nor the reverse." }),
            role: s
              .line()
              .meta({ description: "Owner, Contributor or Reader; for Kubernetes the name of a ClusterRole." }),
          })
          .meta({ id: "RoleAssignment" }),
      )
      .prefault([])
      .meta({ description: "What the group may do." }),
  })
  .meta({ id: "Group" });

const AGE_RECIPIENT_ERROR = "expected a public key of age, age1... with its checksum, as `age-keygen -y` prints it";

const ageRecipient = z
  .string({ error: AGE_RECIPIENT_ERROR })
  .regex(AGE_RECIPIENT, { error: AGE_RECIPIENT_ERROR })
  .refine((text) => !AGE_RECIPIENT.test(text) || isAgeRecipient(text), { error: AGE_RECIPIENT_ERROR });

export const access = z
  .strictObject({
    secrets: z
      .strictObject({
        kind: s
          .choice(["kubernetes", "azure-key-vault", "hashicorp-vault"])
          .prefault("kubernetes")
          .meta({ description: "Where secrets are kept." }),
        vault: s.line().exactOptional().meta({ description: "Name or address of the vault." }),
      })
      .prefault({})
      .meta({ description: "Where secrets are kept; deployments fetch them when needed." }),
    groups: z.array(group).prefault([]).meta({ description: "Groups of the directory, the same at every site." }),
    stateRecipients: z.array(ageRecipient).prefault([]).meta({
      description:
        "Public keys of age, age1...: who can open what AKS Engine writes, which holds every key of a cluster. The scripts store it encrypted to them, and build nothing while there is none.",
    }),
  })
  .meta({ id: "Access", description: "Who may do what." });

const clock = z
  .string({ error: 'expected a time of day in quotes, such as "02:30"' })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day in quotes, such as "02:30"' })
  .transform((value) => parseClockMinute(value) ?? 0);

export const maintenance = z
  .strictObject({
    unattendedUpgrades: s
      .flag()
      .prefault(true)
      .meta({ description: "Nodes install security updates by themselves, without a reboot." }),
    reboots: s
      .choice(["kured", "manual"])
      .prefault("kured")
      .meta({ description: "Who drains and reboots nodes that need it." }),
    windows: z
      .array(
        z
          .strictObject({
            site: s.siteName().meta({ description: "Site." }),
            days: z
              .array(s.choice(["mo", "tu", "we", "th", "fr", "sa", "su"]))
              .min(1)
              .meta({ description: "Days on which it begins." }),
            start: clock.meta({ description: 'Time of day, in quotes, for example "02:30".' }),
            duration: s.duration().meta({ description: "How long it lasts." }),
            timeZone: s.line().prefault("UTC").meta({ description: "IANA name of the time zone." }),
          })
          .meta({ id: "MaintenanceWindow" }),
      )
      .prefault([])
      .meta({ description: "When disturbing work may be done; never at two sites at once." }),
  })
  .meta({ id: "Maintenance", description: "Updates and reboots." });

const jsonText = () =>
  z
    .string({ error: "expected JSON text in quotes" })
    .max(100_000)
    .refine(isJson, { error: "expected JSON text in quotes" });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const lab = z
  .strictObject({
    images: z
      .record(
        z.string(),
        z.strictObject({
          command: z
            .array(z.string())
            .min(1, { error: "expected a command" })
            .meta({ description: "Program and arguments." }),
        }),
      )
      .prefault({})
      .meta({ description: "Image repository (no tag) -> local command, for applications that are not the sample." }),
    user: z
      .strictObject({
        reads: z.array(s.requestPath()).prefault(["/"]).meta({ description: "Paths, asked in turn." }),
        readsPerSecond: z
          .number({ error: "expected a number between 0 and 1000" })
          .min(0)
          .max(1_000)
          .prefault(4)
          .meta({ description: "How often." }),
        writes: z
          .array(
            z.strictObject({
              path: s.requestPath().meta({ description: "Path." }),
              body: jsonText().meta({ description: "JSON." }),
            }),
          )
          .prefault([])
          .meta({ description: "JSON bodies, posted in turn." }),
        writesPerSecond: z
          .number({ error: "expected a number between 0 and 1000" })
          .min(0)
          .max(1_000)
          .prefault(1)
          .meta({ description: "How often, where there are writes." }),
      })
      .prefault({})
      .meta({ description: "The built-in user, who asks while somebody watches." }),
  })
  .meta({ id: "LabSettings", description: "Only `holdfast lab` reads it." });
