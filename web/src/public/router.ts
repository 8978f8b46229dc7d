import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { loadSession, session } from '../shared/session'
import HomePage from './home/HomePage.vue'

const routes: RouteRecordRaw[] = [
  { path: '/', component: HomePage, meta: { title: 'title.home' } },
  { path: '/sign-in', component: () => import('./access/SignInPage.vue'), meta: { title: 'title.sign_in' } },
  { path: '/register', component: () => import('./access/RegisterPage.vue'), meta: { title: 'title.register' } },
  { path: '/opening', component: () => import('./opening/OpeningPage.vue'), meta: { title: 'title.opening' } },
  { path: '/opening/guide/:question?', component: () => import('./licensing/GuidePage.vue'), meta: { title: 'title.guide', guide: '/opening' } },
  { path: '/opening/result', component: () => import('./opening/OpeningResultPage.vue'), meta: { title: 'title.opening' } },
  { path: '/services/:service', component: () => import('./licensing/ServicePage.vue'), meta: { title: 'title.service' } },
  { path: '/services/:service/guide/:question?', component: () => import('./licensing/GuidePage.vue'), meta: { title: 'title.guide' } },
  { path: '/services/:service/result', component: () => import('./licensing/ResultPage.vue'), meta: { title: 'title.result' } },
  { path: '/account', component: () => import('./access/AccountPage.vue'), meta: { title: 'title.account', own: true } },
  { path: '/applications', component: () => import('./licensing/ApplicationsPage.vue'), meta: { title: 'title.applications', own: true } },
  { path: '/applications/:id', component: () => import('./licensing/ApplicationPage.vue'), meta: { title: 'title.application', own: true } },
  { path: '/applications/:id/form/:group', component: () => import('./licensing/FormPage.vue'), meta: { title: 'title.form', own: true } },
  { path: '/applications/:id/materials', component: () => import('./licensing/MaterialsPage.vue'), meta: { title: 'title.materials', own: true } },
  { path: '/applications/:id/review', component: () => import('./licensing/ReviewPage.vue'), meta: { title: 'title.review', own: true } },
  { path: '/applications/:id/submitted', component: () => import('./licensing/SubmittedPage.vue'), meta: { title: 'title.submitted', own: true } },
  { path: '/applications/:id/correct', component: () => import('./licensing/CorrectPage.vue'), meta: { title: 'title.correct', own: true } },
  { path: '/applications/:id/rectify', component: () => import('./licensing/RectifyPage.vue'), meta: { title: 'title.rectify', own: true } },
  { path: '/applications/:id/withdraw', component: () => import('./licensing/WithdrawPage.vue'), meta: { title: 'title.withdraw', own: true } },
  { path: '/applications/:id/rate', component: () => import('./licensing/RatePage.vue'), meta: { title: 'title.rate', own: true } },
  { path: '/certificates', component: () => import('./certificates/LookUpPage.vue'), meta: { title: 'title.look_up' } },
  { path: '/certificates/:key', component: () => import('./certificates/CertificatePage.vue'), meta: { title: 'title.certificate' } },
  { path: '/c/:key', component: () => import('./certificates/CertificatePage.vue'), meta: { title: 'title.certificate' } },
  { path: '/cluster', component: () => import('./park/HostsPage.vue'), meta: { title: 'title.cluster' } },
  { path: '/kiosk', component: () => import('./kiosk/KioskPage.vue'), meta: { title: 'title.kiosk' } },
  { path: '/names', component: () => import('./names/NamesPage.vue'), meta: { title: 'title.names' } },
  { path: '/entities', component: () => import('./entities/SearchPage.vue'), meta: { title: 'title.entities' } },
  { path: '/entities/:code', component: () => import('./entities/EntityPage.vue'), meta: { title: 'title.entity' } },
  { path: '/entities/:code/objection', component: () => import('./entities/ObjectionPage.vue'), meta: { title: 'title.objection', own: true } },
  { path: '/statistics', component: () => import('./statistics/StatisticsPage.vue'), meta: { title: 'title.statistics' } },
  { path: '/trust', component: () => import('./trust/TrustPage.vue'), meta: { title: 'title.trust' } },
  { path: '/receipt', component: () => import('./trust/ReceiptPage.vue'), meta: { title: 'title.receipt' } },
  { path: '/about', component: () => import('./about/AboutPage.vue'), meta: { title: 'title.about' } },
  { path: '/accessibility', component: () => import('./about/AccessibilityPage.vue'), meta: { title: 'title.accessibility' } },
  { path: '/:rest(.*)*', component: () => import('./about/MissingPage.vue'), meta: { title: 'title.missing' } },
]

export const router = createRouter({
  history: createWebHistory('/'),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  if (!to.meta.own) return true
  if (!session.known) await loadSession().catch(() => undefined)
  return session.me.signed_in ? true : { path: '/sign-in', query: { next: to.fullPath } }
})
