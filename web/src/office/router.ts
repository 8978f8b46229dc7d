import { createRouter, createWebHistory } from 'vue-router'
import { loadSession, session } from '../shared/session'
import WorkListPage from './casework/WorkListPage.vue'

export const router = createRouter({
  history: createWebHistory('/office'),
  routes: [
    { path: '/sign-in', component: () => import('./access/SignInPage.vue'), meta: { title: 'title.sign_in', open: true } },
    { path: '/', component: WorkListPage, meta: { title: 'title.work' } },
    { path: '/cases', component: () => import('./casework/CasesPage.vue'), meta: { title: 'title.cases' } },
    { path: '/cases/:id', component: () => import('./casework/CasePage.vue'), meta: { title: 'title.case' } },
    { path: '/incidents', component: () => import('./casework/IncidentsPage.vue'), meta: { title: 'title.incidents' } },
    { path: '/batches', component: () => import('./batches/BatchesPage.vue'), meta: { title: 'title.batches' } },
    { path: '/batches/new', component: () => import('./batches/NewBatchPage.vue'), meta: { title: 'title.new_batch' } },
    { path: '/batches/:id', component: () => import('./batches/BatchPage.vue'), meta: { title: 'title.batch' } },
    { path: '/entities', component: () => import('./registration/EntitiesPage.vue'), meta: { title: 'title.entities' } },
    { path: '/entities/:id', component: () => import('./registration/EntityPage.vue'), meta: { title: 'title.entity' } },
    { path: '/account', component: () => import('../shared/account/AccountPage.vue'), meta: { title: 'account.title' } },
    { path: '/certificate-changes', component: () => import('./certificates/ChangesPage.vue'), meta: { title: 'title.changes' } },
    { path: '/names', component: () => import('./names/NamesPage.vue'), meta: { title: 'title.names' } },
    { path: '/imports', component: () => import('./imports/ImportsPage.vue'), meta: { title: 'title.imports' } },
    { path: '/imports/:id', component: () => import('./imports/ImportPage.vue'), meta: { title: 'title.import' } },
    { path: '/statistics', component: () => import('./statistics/StatisticsPage.vue'), meta: { title: 'title.statistics' } },
    { path: '/statistics/:id', component: () => import('./statistics/StatisticPage.vue'), meta: { title: 'title.statistic' } },
    { path: '/deadlines', component: () => import('./deadlines/DeadlinesPage.vue'), meta: { title: 'title.deadlines' } },
    { path: '/deadlines/cases', component: () => import('./deadlines/DeadlineCasesPage.vue'), meta: { title: 'title.deadline_cases' } },
    { path: '/deadlines/what-if', component: () => import('./deadlines/WhatIfPage.vue'), meta: { title: 'title.what_if' } },
    { path: '/deadlines/promises', component: () => import('./deadlines/DeadlinePromisesPage.vue'), meta: { title: 'deadlines.promises' } },
    { path: '/delegations', component: () => import('./casework/DelegationsPage.vue'), meta: { title: 'title.delegations' } },
    { path: '/blanks', component: () => import('./delivery/BlanksPage.vue'), meta: { title: 'title.blanks' } },
    { path: '/deliveries', component: () => import('./delivery/DeliveriesPage.vue'), meta: { title: 'title.deliveries' } },
    { path: '/park', component: () => import('./park/HostsPage.vue'), meta: { title: 'title.park' } },
    { path: '/park/:id', component: () => import('./park/HostPage.vue'), meta: { title: 'title.park' } },
    { path: '/models', component: () => import('./publishing/ModelsPage.vue'), meta: { title: 'title.models' } },
    { path: '/models/:service', component: () => import('./publishing/ServiceModelsPage.vue'), meta: { title: 'title.models' } },
    { path: '/model-drafts/:id', component: () => import('./publishing/DraftPage.vue'), meta: { title: 'title.model_draft' } },
    { path: '/:rest(.*)*', component: () => import('./access/MissingPage.vue'), meta: { title: 'title.missing', open: true } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  if (!session.known) await loadSession().catch(() => undefined)
  if (!session.me.signed_in || !session.me.staff) return { path: '/sign-in', query: { next: to.fullPath } }
  return session.me.second_factor_missing && to.path !== '/account' ? '/account' : true
})
