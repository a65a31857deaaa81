#include "hutch/step/schema.hpp"

#include "hutch/step/wording.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace hutch::step {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(Value const& value) { return Json::parse(to_json(value)); }

char const* json_type(Type type) {
    switch (type) {
        case Type::flag:
            return "boolean";
        case Type::integer:
            return "integer";
        case Type::number:
            return "number";
        case Type::text:
        case Type::choice:
            break;
    }
    return "string";
}

Json field_schema(Field const& field) {
    Json schema{{"type", json_type(field.type)}};
    bool const is_number = field.type == Type::number || field.type == Type::integer;
    if (!field.name.empty()) schema["title"] = field.name;
    if (is_number && std::isfinite(field.least)) schema["minimum"] = as_json(field.least);
    if (is_number && std::isfinite(field.most)) schema["maximum"] = as_json(field.most);
    if (field.type == Type::choice) schema["enum"] = field.choices;
    if (!field.pattern.empty()) schema["pattern"] = "^(?:" + field.pattern + ")$";
    if (!field.unit.empty()) schema["x-unit"] = field.unit;
    if (!field.rule.empty()) schema["x-rule"] = field.rule;
    if (field.fallback) schema["default"] = as_json(*field.fallback);
    return schema;
}

Json row_schema(Parameter const& parameter) {
    if (parameter.fields.size() == 1) return field_schema(parameter.fields[0]);
    Json items = Json::array();
    std::size_t needed = 0;
    for (Field const& field : parameter.fields) {
        items.push_back(field_schema(field));
        needed += field.fallback ? 0 : 1;
    }
    return {{"type", "array"},
            {"prefixItems", items},
            {"items", false},
            {"minItems", needed},
            {"x-form", form_of(parameter)}};
}

Json parameter_schema(Parameter const& parameter) {
    Json schema = row_schema(parameter);
    if (parameter.is_list) {
        schema = {{"type", "array"}, {"items", schema}};
        if (!parameter.fallback) schema["minItems"] = 1;
    }
    schema["description"] = parameter.help;
    if (!parameter.fallback) return schema;
    if (parameter.fallback->is_nothing()) {
        schema["type"] = {schema["type"], "null"};
        if (schema.contains("enum")) schema["enum"].push_back(nullptr);
        schema["x-otherwise"] = parameter.otherwise;
    }
    schema["default"] =
        as_json(complete({.parameters = {parameter}}, {}).at(parameter.name));  // in its full form
    return schema;
}

Json port_schema(Port const& port) {
    Json schema{{"type", "string"}, {"minLength", 1}};
    if (port.is_list) schema = {{"type", "array"}, {"items", schema}, {"minItems", port.is_required ? 1 : 0}};
    schema["description"] = port.help;
    schema["x-format"] = port.format;
    if (!port.dtype.empty()) schema["x-dtype"] = port.dtype;
    if (!port.dims.empty()) schema["x-dims"] = port.dims;
    if (!port.unit.empty()) schema["x-unit"] = port.unit;
    if (!port.file.empty()) schema["x-file"] = port.file;
    return schema;
}

// A closed map of named things, with those that must be there.
class Members {
  public:
    void add(std::string const& name, Json schema, bool is_required) {
        properties_[name] = std::move(schema);
        if (is_required) required_.push_back(name);
    }
    bool is_required() const { return !required_.empty(); }
    Json schema() const {
        return {{"type", "object"},
                {"properties", properties_},
                {"required", required_},
                {"additionalProperties", false}};
    }

  private:
    Json properties_ = Json::object(), required_ = Json::array();
};

Json needs_json(Needs const& needs) {
    char const* const gpu = needs.gpu == Gpu::none       ? "none"
                            : needs.gpu == Gpu::optional ? "optional"
                                                         : "required";
    return {{"threads", needs.threads},       {"gpu", gpu},
            {"ranks", needs.ranks},           {"ranks_parameter", needs.ranks_parameter},
            {"memory_gib", needs.memory_gib}, {"seconds", needs.seconds}};
}

Json findings_json(std::vector<Finding> const& findings) {
    Json list = Json::object();
    for (Finding const& one : findings) {
        Json item{{"type", json_type(one.type)}};
        if (one.is_list) item = {{"type", "array"}, {"items", item}};
        item["description"] = one.help;
        if (!one.unit.empty()) item["x-unit"] = one.unit;
        list[one.name] = item;
    }
    return list;
}

}  // namespace

std::string schema_of(Description const& about) {
    Members parameters, inputs, outputs, call;
    for (Parameter const& one : about.parameters)
        parameters.add(one.name, parameter_schema(one), !one.fallback);
    for (Port const& one : about.inputs) inputs.add(one.name, port_schema(one), one.is_required);
    for (Port const& one : about.outputs) outputs.add(one.name, port_schema(one), one.is_required);
    call.add("parameters", parameters.schema(), parameters.is_required());
    call.add("inputs", inputs.schema(), inputs.is_required());
    call.add("outputs", outputs.schema(), outputs.is_required());
    Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                {"$id", "urn:hutch:step:" + about.name + ":" + about.version},
                {"title", about.name},
                {"description", about.summary}};
    schema.update(call.schema());
    schema["x-name"] = about.name;
    schema["x-version"] = about.version;
    schema["x-reference"] = about.reference;
    schema["x-needs"] = needs_json(about.needs);
    schema["x-findings"] = findings_json(about.findings);
    return schema.dump(2) + "\n";
}

}  // namespace hutch::step
