/// Write a data card: what a data set holds, how to open it, where it came from and where it fails.
#pragma once

#include "hutch/curate/summary.hpp"

#include <string>

namespace hutch::curate {

/// Return the card as GitHub-flavoured Markdown. It refers to no image; texts of the summary stay texts.
std::string to_card_markdown(DatasetSummary const& summary);

/// Return the card as one HTML file: styles and plots (SVG) are inside, no script, nothing is loaded.
std::string to_card_html(DatasetSummary const& summary);

}  // namespace hutch::curate
