/// A step for tests that has every kind of parameter, port and finding.
#pragma once

#include "hutch/base/error.hpp"
#include "hutch/step/step.hpp"

#include <fstream>
#include <functional>
#include <string>

namespace hutch::step {

inline Description bread() {
    return {
        .name = "bread.bake",
        .version = "1.2.0",
        .summary = "bake what was kneaded",
        .reference = "H. McGee, On Food and Cooking (2004), chapter 10",
        .parameters =
            {{.name = "heat",
              .help = "of the oven",
              .fields = {{.unit = "K", .least = 300, .most = 600}},
              .fallback = 500.0},
             {.name = "loaves",
              .help = "how many",
              .fields = {{.type = Type::integer, .unit = "1", .least = 1, .most = 100}}},
             {.name = "crust",
              .help = "its colour",
              .fields = {{.type = Type::choice, .choices = {"pale", "brown", "black"}}},
              .fallback = "brown"},
             {.name = "steam", .help = "let steam in", .fields = {{.type = Type::flag}}, .fallback = false},
             {.name = "fan", .help = "let it run", .fields = {{.type = Type::flag}}, .fallback = true},
             {.name = "baker",
              .help = "signs for it",
              .fields = {{.type = Type::text, .rule = "a name of letters", .pattern = "[A-Za-z]+"}},
              .fallback = "Ann"},
             {.name = "salt",
              .help = "of the dough",
              .fields = {{.unit = "g", .least = 0, .most = 50}},
              .fallback = Value(),
              .otherwise = "as the recipe says"},
             {.name = "phases_of_heat",
              .help = "heat for some time",
              .fields = {{.name = "heat", .unit = "K", .least = 300, .most = 600},
                         {.name = "time", .unit = "min", .least = 0, .most = 600, .fallback = 10.0}},
              .is_list = true,
              .fallback = Value::List{}}},
        .inputs = {{.name = "dough",
                    .help = "kneaded",
                    .format = "dough",
                    .dtype = "float64",
                    .dims = {"layer"},
                    .unit = "mm",
                    .is_list = true},
                   {.name = "glaze", .help = "brushed on", .format = "egg", .is_required = false}},
        .outputs = {{.name = "loaf", .help = "baked", .format = "bread", .file = "loaf.bread"},
                    {.name = "crumbs",
                     .help = "left over",
                     .format = "bread",
                     .is_required = false,
                     .file = "crumbs"}},
        .findings =
            {{.name = "weight", .help = "of a loaf", .unit = "g"},
             {.name = "marks", .help = "out of ten", .type = Type::integer, .unit = "1", .is_list = true}},
        .needs = {.threads = 0, .gpu = Gpu::optional},
    };
}

inline std::string message_of(std::function<void()> const& call) {
    try {
        call();
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace hutch::step
