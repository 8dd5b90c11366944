(class name: (_) @name) @class
(module name: (_) @name) @namespace
(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(assignment left: (constant) @name) @constant

(call method: (identifier) @import.how arguments: (argument_list . (string (string_content) @import)) (#any-of? @import.how "require" "require_relative" "load"))
