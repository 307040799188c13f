// The HTTP side: /foods/import/ and /foods/export/.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include <cstddef>

#include "kitchen/clock.h"
#include "kitchen/plugin.h"
#include "menu_export.h"
#include "menu_import.h"

namespace kitchen::transfer {

class TransferRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. The others must
    /// outlive it. `max_bytes` of an import.
    TransferRoutes(Setup& setup, MenuImport& importer, const MenuExport& exporter,
                   const Clock& clock, std::size_t max_bytes);
    TransferRoutes(const TransferRoutes&) = delete;
    TransferRoutes& operator=(const TransferRoutes&) = delete;

private:
    Result<http::Response> read(const http::Request& request) const;
    Result<http::Response> write(const http::Request& request) const;

    MenuImport& importer_;
    const MenuExport& exporter_;
    const Clock& clock_;
};

/// What an Accept field prefers; JSON when it does not matter.
MenuFormat preferred_format(std::string_view accept);

}  // namespace kitchen::transfer
