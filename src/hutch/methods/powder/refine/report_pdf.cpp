#include "hutch/methods/powder/refine/report_pdf.hpp"

#include "hutch/base/error.hpp"

#ifdef HUTCH_HAS_RSVG

#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/methods/powder/refine/detail/report_content.hpp"

#include <algorithm>
#include <cairo-pdf.h>
#include <librsvg/rsvg.h>
#include <memory>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using detail::Part;

// A4 [point].
constexpr double page_width = 595.28, page_height = 841.89, margin = 45;
constexpr double text_width = page_width - 2 * margin, page_bottom = page_height - margin;
constexpr double title_size = 18, heading_size = 11.5, table_size = 8, smallest_size = 4, column_gap = 10;

// UTF-8 without what Cairo would refuse, control characters as blanks.
std::string clean(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const [code, bytes] = first_character(text);
        if (code == 0xFFFD)
            out += "\xEF\xBF\xBD";
        else
            out += code < 32 || (code >= 127 && code < 160) ? " " : text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    return out;
}

cairo_status_t append(void* bytes, unsigned char const* data, unsigned int size) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<char const*>(data), size);
    return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status) {
    if (status != CAIRO_STATUS_SUCCESS)
        throw Error(Fault::external, fmt::format("cannot write PDF ({})", cairo_status_to_string(status)));
}

// Text, tables and plots from top to bottom, on as many pages as they need.
class Pages {
  public:
    explicit Pages(std::string const& title)
        : surface_(cairo_pdf_surface_create_for_stream(append, &bytes_, page_width, page_height),
                   cairo_surface_destroy),
          cairo_(cairo_create(surface_.get()), cairo_destroy) {
        check(cairo_status(cairo_.get()));
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR,
                                       fmt::format("Hutch {}", version()).c_str());
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_MOD_DATE, "");
    }

    void title(std::string const& text) {
        set_font(title_size, true);
        for (std::string const& line : wrapped(text)) put_line(line, 1.3 * title_size);
        y_ += 6;
    }

    void heading(std::string const& text, double room_below) {
        if (y_ + 3 * heading_size + room_below > page_bottom && y_ > margin) new_page();
        y_ += 0.8 * heading_size;
        set_font(heading_size, true);
        for (std::string const& line : wrapped(text)) put_line(line, 1.5 * heading_size);
    }

    void sentences(Part const& part) {
        for (auto const& row : part.rows) {
            set_font(table_size + 1, false);
            for (std::string const& line : wrapped("• " + row[0])) put_line(line, 1.4 * (table_size + 1));
        }
    }

    void table(Part const& part) {
        double const size = table_font(part);
        widths_ = column_widths(part, size);
        put_row(part, part.columns, size, true);
        for (auto const& row : part.rows) {
            if (y_ + 1.4 * size > page_bottom) {
                new_page();
                put_row(part, part.columns, size, true);
            }
            put_row(part, row, size, false);
        }
    }

    void plot(std::string const& svg) {
        std::unique_ptr<RsvgHandle, void (*)(void*)> const handle(
            rsvg_handle_new_from_data(reinterpret_cast<guint8 const*>(svg.data()), svg.size(), nullptr),
            g_object_unref);
        RsvgRectangle box{};
        gboolean has_box = false;
        if (handle)
            rsvg_handle_get_intrinsic_dimensions(handle.get(), nullptr, nullptr, nullptr, nullptr, &has_box,
                                                 &box);
        if (!handle || !has_box || box.width <= 0) throw Error(Fault::external, "librsvg cannot read a plot");
        double const height = text_width * box.height / box.width;
        if (y_ + height > page_bottom) new_page();
        RsvgRectangle const place{margin, y_, text_width, height};
        if (!rsvg_handle_render_document(handle.get(), cairo_.get(), &place, nullptr))
            throw Error(Fault::external, "librsvg cannot draw a plot");
        y_ += height + 6;
    }

    std::string finish() {
        end_page();
        cairo_surface_finish(surface_.get());
        check(cairo_surface_status(surface_.get()));
        return std::move(bytes_);
    }

  private:
    void set_font(double size, bool is_bold) {
        cairo_select_font_face(cairo_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                               is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(cairo_.get(), size);
        cairo_set_source_rgb(cairo_.get(), 0.13, 0.13, 0.13);
    }

    double width_of(std::string const& text) {
        cairo_text_extents_t extents;
        cairo_text_extents(cairo_.get(), clean(text).c_str(), &extents);
        return extents.x_advance;
    }

    void put(double x, std::string const& text) {
        cairo_move_to(cairo_.get(), x, y_);
        cairo_show_text(cairo_.get(), clean(text).c_str());
    }

    void put_line(std::string const& text, double height) {
        y_ += height;
        if (y_ > page_bottom) {
            new_page();
            y_ += height;
        }
        put(margin, text);
    }

    // Lines of whole words that fit the page with the present font.
    std::vector<std::string> wrapped(std::string const& text) {
        std::vector<std::string> lines{""};
        for (std::string_view const word : split_words(text)) {
            std::string const longer = lines.back() + (lines.back().empty() ? "" : " ") + std::string(word);
            if (lines.back().empty() || width_of(longer) <= text_width)
                lines.back() = longer;
            else
                lines.emplace_back(word);
        }
        return lines;
    }

    std::vector<double> column_widths(Part const& part, double size) {
        set_font(size, true);
        std::vector<double> widths;
        for (std::string const& name : part.columns) widths.push_back(width_of(name));
        set_font(size, false);
        for (auto const& row : part.rows)
            for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
        return widths;
    }

    // The usual size, or what is needed to fit the page's width.
    double table_font(Part const& part) {
        double total = 0;
        for (double const width : column_widths(part, table_size)) total += width;
        double const gaps = column_gap * double(part.columns.size() - 1);
        return total + gaps <= text_width ? table_size
                                          : std::max(smallest_size, table_size * (text_width - gaps) / total);
    }

    void put_row(Part const& part, std::vector<std::string> const& row, double size, bool is_heading) {
        y_ += 1.4 * size;
        set_font(size, is_heading);
        double x = margin;
        for (std::size_t i = 0; i < row.size(); ++i) {
            bool const is_text = i < part.text_columns;
            put(is_text ? x : x + widths_[i] - width_of(row[i]), row[i]);
            x += widths_[i] + column_gap;
        }
        if (!is_heading) return;
        y_ += 0.4 * size;
        cairo_set_line_width(cairo_.get(), 0.5);
        cairo_move_to(cairo_.get(), margin, y_);
        cairo_line_to(cairo_.get(), std::min(x - column_gap, margin + text_width), y_);
        cairo_stroke(cairo_.get());
    }

    void end_page() {
        set_font(table_size, false);
        y_ = page_height - 0.5 * margin;
        put(page_width - margin - 20, std::to_string(++pages_));
        cairo_show_page(cairo_.get());
    }

    void new_page() {
        end_page();
        y_ = margin;
    }

    std::string bytes_;
    std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface_;
    std::unique_ptr<cairo_t, void (*)(cairo_t*)> cairo_;
    std::vector<double> widths_;
    double y_ = margin;
    int pages_ = 0;
};

}  // namespace

bool can_write_pdf() { return true; }

std::string to_pdf(Result const& result) {
    Pages pages(clean(result.title));
    pages.title(result.title.empty() ? "Refinement" : result.title);
    for (Part const& part : detail::report_parts(result)) {
        // On paper nothing can be opened: plots of second rank are left out, tables are not.
        bool const is_plot = part.kind == Part::Kind::plot;
        if (is_plot && part.is_folded) continue;
        pages.heading(part.title, is_plot ? 0.65 * text_width : 4 * table_size);
        switch (part.kind) {
            case Part::Kind::table:
                pages.table(part);
                break;
            case Part::Kind::plot:
                pages.plot(part.svg);
                break;
            case Part::Kind::list:
                pages.sentences(part);
                break;
        }
    }
    return pages.finish();
}

}  // namespace hutch::powder::refine

#else

namespace hutch::powder::refine {

bool can_write_pdf() { return false; }

std::string to_pdf(Result const&) {
    throw Error(Fault::unsupported,
                "PDF is not built into this program; expected a build with Cairo and librsvg; install "
                "librsvg2-dev and "
                "build again, or use HTML");
}

}  // namespace hutch::powder::refine

#endif
