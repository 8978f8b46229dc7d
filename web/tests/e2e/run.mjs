// Runs every end-to-end file and adds nothing up in between: each check counts. What only looks runs beside what changes something.
import { report } from './browser.mjs'
import { access } from './access.mjs'
import { account } from './account.mjs'
import { pages } from './pages.mjs'
import { journey } from './journey.mjs'
import { services } from './services.mjs'
import { statistics } from './statistics.mjs'
import { trust } from './trust.mjs'
import { certificates } from './certificates.mjs'
import { imports, namesToKeep, register } from './register.mjs'
import { forms } from './forms.mjs'
import { keyboard } from './keyboard.mjs'
import { objection } from './objection.mjs'
import { withdrawal } from './withdrawal.mjs'
import { deadlines } from './deadlines.mjs'
import { models } from './models.mjs'
import { operations } from './operations.mjs'
import { delivery } from './delivery.mjs'
import { opening } from './opening.mjs'
import { finding } from './finding.mjs'
import { partial } from './partial.mjs'
import { everywhere } from './everywhere.mjs'

const looking = { everywhere, pages, trust, access, finding }
const changing = { account, statistics, register, names: namesToKeep, imports, certificates, withdrawal, objection, keyboard, forms, journey, services, deadlines, opening, delivery, models, operations, partial }
const wanted = process.argv.slice(2)
async function one(lane) {
  for (const [name, work] of Object.entries(lane)) if (!wanted.length || wanted.includes(name)) await work()
}
await Promise.all([one(changing), one(looking)])
report()
