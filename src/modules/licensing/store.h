/// The SQL of licensing, all of it; queries for others are declared in the face.
#pragma once

#include <map>

#include "modules/licensing/licensing.h"

namespace licensing {

void insert_application(storage::Transaction& transaction, const Application& application);
void update_application(storage::Transaction& transaction, const Application& application);
void delete_draft(storage::Transaction& transaction, base::Id id);
void insert_file(storage::Transaction& transaction, const Application& application, const MaterialFile& file);
void remove_file_row(storage::Transaction& transaction, base::Id file, base::Instant at);
/// How many files stand in each slot; slots without files are left out.
std::map<std::string, std::int64_t> count_files(storage::Snapshot& snapshot, base::Id application);
void insert_document(storage::Transaction& transaction, const Document& document);
void save_document_hash(storage::Transaction& transaction, base::Id document, const std::string& sha256);
/// The log's entry of a document that was drawn: its hash for everybody, its row sealed.
inline constexpr std::string_view drawn_type = "document.drawn";
std::string subject_of_document(base::Id document);
/// All that the row says besides the hash.
std::string row_text(const Document& document);
/// In the order of ids, after `after`.
std::vector<base::Id> drawn_documents(storage::Snapshot& snapshot, base::Id after, int limit);
/// As `certificates.fields` and `certificates.details` have them.
std::string fields_json(const Certificate& certificate);
std::string details_json(const Certificate& certificate);
void insert_certificate(storage::Transaction& transaction, const Certificate& certificate);
/// Nothing is deleted: a certificate that ends stays with its status, since when and why.
/// An entity that holds a certificate in force which was issued to the person.
struct HeldEntity {
  base::Id id;
  std::string division;
};
std::vector<HeldEntity> entities_held_by(storage::Snapshot& snapshot, base::Id person, int limit);
/// In force by the register, past their last day, and not told of yet.
std::vector<Certificate> certificates_expired(storage::Snapshot& snapshot, calendar::Date today, int limit);
/// False when another was faster, or it is no more in force.
bool mark_expiry_told(storage::Transaction& transaction, base::Id certificate);
void end_certificate(storage::Transaction& transaction, const Certificate& certificate, std::string_view status,
                     std::string_view reason, calendar::Date since);
void insert_rating(storage::Transaction& transaction, const Application& application, const Rating& rating);
void insert_visit(storage::Transaction& transaction, base::Id id, const casework::CaseHead& of_case, const Visit& visit,
                  base::Instant at);

}  // namespace licensing
