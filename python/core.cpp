// The module hutch._core: record sets and loaders as Python sees them. Arrays are views of the batch's
// memory.
#include "hutch/base/error.hpp"
#include "hutch/base/version.hpp"
#include "hutch/curate/load/loader.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace {

namespace py = pybind11;
using namespace hutch::curate::load;
using hutch::data::ElementType;
using Kind = ElementType::Kind;
using Shape = std::vector<py::ssize_t>;

py::dtype dtype_of(ElementType const& type) {
    static constexpr char kinds[] = {'f', 'i', 'u', 'b', 'S', 'O'};
    if (type.kind == Kind::texts_elsewhere) return py::dtype("O");
    return py::dtype(std::string(type.is_swapped ? ">" : "=") + kinds[int(type.kind)] +
                     std::to_string(type.bytes));
}

std::string name_of(ElementType const& type) { return type.kind == Kind::text ? "utf8" : type.name(); }

// Texts that are no UTF-8 stay bytes.
py::object text_of(std::string const& text) {
    PyObject* const made = PyUnicode_DecodeUTF8(text.data(), py::ssize_t(text.size()), nullptr);
    if (made != nullptr) return py::reinterpret_steal<py::object>(made);
    PyErr_Clear();
    return py::bytes(text);
}

py::list list_of(std::vector<std::string> const& texts) {
    py::list all(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) all[i] = text_of(texts[i]);
    return all;
}

// An array whose memory the owner keeps.
template <class Owner>
py::array view(ElementType const& type, Shape shape, std::byte const* data, std::shared_ptr<Owner> owner) {
    using Held = std::shared_ptr<Owner>;
    py::capsule const keeper(new Held(std::move(owner)), [](void* held) { delete static_cast<Held*>(held); });
    return py::array(dtype_of(type), std::move(shape), data, keeper);
}

py::object value_of(std::shared_ptr<Batch const> const& batch, std::size_t f) {
    BatchField const& field = batch->fields()[f];
    std::size_t values = 1;
    for (std::uint64_t const size : field.shape) values *= size;
    if (field.is_text && values == 1) return list_of(batch->texts[f]);
    Shape shape{py::ssize_t(batch->records.size())};
    shape.insert(shape.end(), field.shape.begin(), field.shape.end());
    if (field.is_text)
        return py::module_::import("numpy")
            .attr("array")(list_of(batch->texts[f]), "O")
            .attr("reshape")(shape);
    return view(field.type, shape, batch->numbers(f).data(), batch);
}

py::dict dict_of(std::shared_ptr<Batch const> const& batch) {
    py::dict all;
    for (std::size_t f = 0; f < batch->fields().size(); ++f)
        all[py::str(batch->fields()[f].name)] = value_of(batch, f);
    return all;
}

py::object shared_array(RecordSet const& set, std::string const& name) {
    auto const array = std::make_shared<SharedArray>(set.shared(name));
    if (array->type.kind == Kind::text || array->type.kind == Kind::texts_elsewhere)
        return list_of(array->texts);
    return view(array->type, {array->shape.begin(), array->shape.end()}, array->bytes.data(), array);
}

// One record, in the calling thread.
py::dict record(std::shared_ptr<RecordSet const> const& set, std::uint64_t place,
                std::vector<std::string> const& fields) {
    thread_local ReadScratch scratch;
    std::vector<std::size_t> columns;
    for (std::string const& name : fields) columns.push_back(set->find(name));
    py::dict all;
    for (std::size_t const column : columns) {
        Column const& about = set->columns()[column];
        if (about.is_text()) {
            auto const texts = set->texts(column, place, scratch);
            all[py::str(about.name)] = about.values == 1 ? text_of(texts[0]) : py::object(list_of(texts));
            continue;
        }
        auto const bytes = std::make_shared<std::vector<std::byte>>(about.bytes());
        set->read(column, place, *bytes, scratch);
        py::array const array =
            view(about.type, {about.shape.begin(), about.shape.end()}, bytes->data(), bytes);
        all[py::str(about.name)] = about.shape.empty() ? py::object(array[py::tuple()]) : py::object(array);
    }
    return all;
}

void raise(hutch::Error const& problem) {
    using hutch::Fault;
    PyObject* const kind = problem.fault() == Fault::bad_input     ? PyExc_ValueError
                           : problem.fault() == Fault::not_found   ? PyExc_FileNotFoundError
                           : problem.fault() == Fault::exhausted   ? PyExc_MemoryError
                           : problem.fault() == Fault::unsupported ? PyExc_NotImplementedError
                                                                   : PyExc_OSError;
    PyErr_SetString(kind, problem.what());
}

std::shared_ptr<Loader> make_loader(std::shared_ptr<RecordSet> const& set,
                                    std::vector<std::string> const& fields,
                                    std::map<std::string, std::string> const& dtypes, std::uint64_t batch,
                                    bool drop_last, std::string const& shuffle, std::uint64_t seed,
                                    std::uint64_t rank, std::uint64_t world, std::string const& ends,
                                    unsigned workers, unsigned ahead) {
    LoaderOptions const options{fields, dtypes, batch, drop_last,        parse_shuffle(shuffle),
                                seed,   rank,   world, parse_ends(ends), workers,
                                ahead};
    return std::make_shared<Loader>(set, options);
}

py::list columns_of(RecordSet const& set) {
    py::list all;
    for (Column const& column : set.columns())
        all.append(py::make_tuple(column.name, name_of(column.type), py::tuple(py::cast(column.shape)),
                                  column.unit, hutch::curate::to_name(column.role)));
    return all;
}

std::vector<std::string> default_names(RecordSet const& set) {
    std::vector<std::string> names;
    for (std::size_t const column : set.default_columns()) names.push_back(set.columns()[column].name);
    return names;
}

}  // namespace

PYBIND11_MODULE(_core, module) {
    module.attr("version") = hutch::version();
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (hutch::Error const& problem) {
            raise(problem);
        }
    });
    py::class_<RecordSet, std::shared_ptr<RecordSet>>(module, "RecordSet")
        .def(py::init([](std::string const& path, std::string const& split, std::string const& table,
                         std::size_t cache_bytes) {
                 py::gil_scoped_release const release;
                 return std::make_shared<RecordSet>(path, OpenOptions{split, table, cache_bytes});
             }),
             py::arg("path"), py::arg("split"), py::arg("table"), py::arg("cache_bytes"))
        .def_property_readonly("records", &RecordSet::records)
        .def_property_readonly("name", &RecordSet::name)
        .def_property_readonly("version", &RecordSet::version)
        .def_property_readonly("splits", &RecordSet::splits)
        .def_property_readonly("columns", columns_of)
        .def_property_readonly("default_names", default_names)
        .def_property_readonly("shared_names", &RecordSet::shared_names)
        .def("shared", shared_array)
        .def("record", record);
    py::class_<Loader, std::shared_ptr<Loader>>(module, "Loader")
        .def(py::init(&make_loader), py::arg("records"), py::kw_only(), py::arg("fields"), py::arg("dtypes"),
             py::arg("batch"), py::arg("drop_last"), py::arg("shuffle"), py::arg("seed"), py::arg("rank"),
             py::arg("world"), py::arg("ends"), py::arg("workers"), py::arg("ahead"))
        .def("next",
             [](Loader& loader) -> py::object {
                 std::shared_ptr<Batch const> batch;
                 {
                     py::gil_scoped_release const release;
                     batch = loader.next();
                 }
                 return batch ? py::object(dict_of(batch)) : py::none();
             })
        .def("start", &Loader::start)
        .def("state", &Loader::state)
        .def("set_state", &Loader::set_state)
        .def_property_readonly("epoch", &Loader::epoch)
        .def_property_readonly("position", &Loader::position)
        .def_property_readonly("records", &Loader::records)
        .def_property_readonly("batches", &Loader::batches);
}
