/// The pieces both screens are made of.
#pragma once

#include "views.h"

namespace licensing {

/// With the fees of the day of the application. Errors: as `catalogue::fee_of`.
base::Result<std::vector<RegistrationView>> registration_views(
    const std::vector<const catalogue::Registration*>& registrations, const catalogue::Rules& rules,
    calendar::Date applied_on);
/// What the case is about.
std::vector<const catalogue::Registration*> registrations_of(const catalogue::Service& service,
                                                             const feel::Context& variables);
std::vector<MaterialView> material_views(const catalogue::Service& service,
                                         const std::vector<const catalogue::Material*>& needed,
                                         const std::vector<MaterialFile>& files,
                                         const std::vector<Correction>& corrections);
std::vector<OutcomeView> outcome_views(const catalogue::Service& service, const feel::Context& variables);
std::vector<DocumentView> document_views(const std::vector<Document>& documents);
std::vector<CertificateView> certificate_views(const std::vector<Certificate>& certificates,
                                               const catalogue::Catalogue& catalogue, calendar::Date today);
std::vector<base::Text> registration_names(const catalogue::Service& service, const std::vector<std::string>& ids);
/// What the step of a service is called; its id when it has no such step any more.
base::Text element_name(const catalogue::Catalogue& catalogue, const std::string& service, const std::string& element);
base::Text place_label(const catalogue::Service& service, const std::string& place);

/// "granted", "refused" or, as long as nothing is decided, "pending": what the process has put into its variable
/// `outcomes`
/// ({registration: {outcome: "granted" | "refused", reason}}).
std::string outcome_of(const feel::Context& variables, const std::string& registration);

/// What lists call the case: the name proposed, else that of its subject, else the operator, else the service.
std::string title_of(const Application& application, const catalogue::Service& service);

/// The context under `key`, or an empty one.
feel::Context context_in(const feel::Context& context, std::string_view key);
/// The text of the value under `key`, or "".
std::string text_in(const feel::Context& context, std::string_view key);

}  // namespace licensing
