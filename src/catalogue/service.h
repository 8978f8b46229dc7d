/// Reads one service folder, and checks what its files say of each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "faults.h"
#include "reader.h"

namespace catalogue {

/// What a service may lean on.
struct Ground {
  const Rules& rules;
  const std::map<std::string, CertificateKind, std::less<>>& certificates;
  const std::map<std::string, std::string, std::less<>>& documents;
  const std::vector<Option>& wishes;
};

/// A question of a guide: of a service's, or of the one before all services.
GuideQuestion read_question(const Reader& from);

Service read_service(const std::string& id, const Files& files, Faults& faults);

/// Marks, forms, decisions, rules, registrations, materials, notices: whatever is named must be there.
void check_service(const Service& service, const Ground& ground, Faults& faults);

/// Whether the service's model has the decision, by id or name.
bool decides(const Service& service, std::string_view decision);

/// Names in conditions and values: what they take from guide, form and subject must be asked there; rules that the
/// process counts by must exist.
void check_references(const Service& service, const Ground& ground, Faults& faults);

/// What cases are searched by: variables that are there, of the kind stated, and nobody's personal data; the same id
/// means the same kind in every service.
void check_indexes(const Service& service, const Services::Map& all, Faults& faults);

CertificateKind read_certificate(const std::string& id, const std::string& text, const std::string& file,
                                 Faults& faults);

}  // namespace catalogue
